package dev.rondo.etcd.integration.differential;

import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.toSet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.rondo.etcd.wire.LeaseLeasesResponse;
import dev.rondo.etcd.wire.LeaseStatus;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.ResponseHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the members of one cluster are called in every cluster.
 *
 * <p>Members that were there from the beginning come first, then the others in the order in which
 * answers tell of them.
 */
final class Roles {
  private static final long NOBODY = 424_242;
  private static final long LEAST_DRAWN_LEASE = 1L << 44; // no program gives such ids
  private static final long OWN_CLUSTER = 1;
  private static final long ANY_TERM = 1;

  private static final Comparator<Member> BY_ROLE = comparingLong(Member::getID);

  private final long cluster;
  private final Map<String, String> urls; // of this cluster to what they are called
  private final PeerUrls peerUrls; // of members that never run
  private final int founders;
  private final List<Long> members; // ids by number
  private final List<Long> leases = new ArrayList<>(); // ids by number, of those that were drawn

  Roles(long cluster, Map<String, String> urls, PeerUrls peerUrls, List<Long> members) {
    this.cluster = cluster;
    this.urls = Map.copyOf(urls);
    this.peerUrls = peerUrls;
    this.members = new ArrayList<>(members);
    this.founders = members.size();
  }

  /** Writes what {@link Symbols} and URLs stand for into a request. */
  Message resolve(Message request, long now) {
    var builder = request.toBuilder();
    request
        .getAllFields()
        .forEach((field, value) -> builder.setField(field, resolve(field, value, now)));
    return builder.build();
  }

  private Object resolve(FieldDescriptor field, Object value, long now) {
    if (value instanceof List<?> values) {
      return values.stream().map(one -> resolve(field, one, now)).toList();
    }
    return switch (field.getJavaType()) {
      case LONG -> resolve((Long) value, now);
      case STRING -> peerUrls.resolve((String) value);
      case MESSAGE -> resolve((Message) value, now);
      default -> value;
    };
  }

  private long resolve(long value, long now) {
    if (Symbols.isRevision(value)) {
      return Symbols.revision(value, now);
    }
    if (Symbols.isMember(value)) {
      return id(members, Symbols.memberNumber(value));
    }
    return Symbols.isLease(value) ? id(leases, Symbols.leaseNumber(value)) : value;
  }

  private static long id(List<Long> ids, int number) {
    return number < ids.size() ? ids.get(number) : NOBODY + number;
  }

  /** Writes roles for ids into an answer, and takes out terms. */
  Message normalise(Message answer) {
    if (answer instanceof ResponseHeader header) {
      return header.toBuilder()
          .setClusterId(header.getClusterId() == cluster ? OWN_CLUSTER : header.getClusterId())
          .setMemberId(role(header.getMemberId()))
          .setRaftTerm(header.getRaftTerm() == 0 ? 0 : ANY_TERM)
          .build();
    }
    if (answer instanceof Member member) {
      return normalise(member);
    }
    if (answer instanceof LeaseTimeToLiveResponse lease) {
      return inOrderOfKeys(lease);
    }
    if (answer instanceof LeaseLeasesResponse leases && founders > 1) {
      return inOrderOfIds(leases);
    }
    return normaliseParts(answer);
  }

  private Message normaliseParts(Message answer) {
    var builder = answer.toBuilder();
    answer.getAllFields().forEach((field, value) -> builder.setField(field, normalise(value)));
    return builder.build();
  }

  private Object normalise(Object value) {
    if (value instanceof List<?> values) {
      seePeerUrls(values);
      return inOrderOfRoles(values.stream().map(this::normalise).toList());
    }
    if (value instanceof Long number && number > LEAST_DRAWN_LEASE) {
      return Symbols.lease(number(leases, number));
    }
    return value instanceof Message message ? normalise(message) : value;
  }

  /** Sorts the keys of a lease, which etcd gives in any order. */
  private Message inOrderOfKeys(LeaseTimeToLiveResponse lease) {
    var keys =
        lease.getKeysList().stream()
            .sorted(ByteString.unsignedLexicographicalComparator())
            .toList();
    return normaliseParts(lease.toBuilder().clearKeys().addAllKeys(keys).build());
  }

  private void seePeerUrls(List<?> values) {
    if (!values.isEmpty() && values.stream().allMatch(Member.class::isInstance)) {
      peerUrls.see(
          values.stream()
              .flatMap(member -> ((Member) member).getPeerURLsList().stream())
              .collect(toSet()));
    }
  }

  /** Sorts leases, whose ends only the leader knows. */
  private Message inOrderOfIds(LeaseLeasesResponse leases) {
    var sorted = leases.getLeasesList().stream().sorted(comparingLong(LeaseStatus::getID)).toList();
    return normaliseParts(leases.toBuilder().clearLeases().addAllLeases(sorted).build());
  }

  /** Sorts members, which etcd gives in the order of their ids. */
  private static List<?> inOrderOfRoles(List<?> values) {
    return values.stream().allMatch(Member.class::isInstance)
        ? values.stream().map(Member.class::cast).sorted(BY_ROLE).toList()
        : values;
  }

  private Member normalise(Member member) {
    return member.toBuilder()
        .setID(role(member.getID()))
        .clearPeerURLs()
        .addAllPeerURLs(named(member.getPeerURLsList()))
        .clearClientURLs()
        .addAllClientURLs(named(member.getClientURLsList()))
        .build();
  }

  private List<String> named(List<String> given) {
    return given.stream().map(url -> urls.getOrDefault(url, peerUrls.name(url))).toList();
  }

  private long role(long id) {
    return id == 0 ? 0 : Symbols.member(number(members, id));
  }

  private static int number(List<Long> ids, long id) {
    if (!ids.contains(id)) {
      ids.add(id);
    }
    return ids.indexOf(id);
  }
}
