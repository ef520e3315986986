package dev.rondo.etcd.companion.membership;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.Member;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The replicated table of members and of alarms. Changed by the applying thread, read by any: every
 * answer is from one immutable state.
 *
 * <p>The rules are those that etcd checks when a change of members is applied. What it checks
 * before it proposes one is in {@link PeerUrls} and {@link Reconfiguration}.
 */
public final class Members {
  private static final int MAX_LEARNERS = 1; // etcd's default, and only value in 3.5

  private volatile Table table; // replaced by the applying thread

  /** Makes the table that a cluster starts with, alike on all its members. */
  public Members(Collection<Member> initial) {
    table = Table.of(initial);
  }

  /** All members, in ascending order of their ids, which are unsigned. */
  public List<Member> list() {
    return table.list();
  }

  /** Returns a member. */
  public Optional<Member> find(long id) {
    return Optional.ofNullable(table.members().get(id));
  }

  /** Whether there was such a member: its id never returns. */
  public boolean isRemoved(long id) {
    return table.removed().contains(id);
  }

  /**
   * Adds a member, which has its id already. For the applying thread, as all changes.
   *
   * @return all members afterwards
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_FOUND if its id was that
   *     of a removed member, MEMBER_EXISTS, PEER_URL_EXISTS, TOO_MANY_LEARNERS
   */
  public List<Member> add(Member member) {
    if (isRemoved(member.getID())) {
      throw EtcdError.MEMBER_NOT_FOUND.exception();
    }
    if (table.members().containsKey(member.getID())) {
      throw EtcdError.MEMBER_EXISTS.exception();
    }
    refuseUsedUrls(member.getID(), member.getPeerURLsList());
    if (member.getIsLearner() && learners() >= MAX_LEARNERS) {
      throw EtcdError.TOO_MANY_LEARNERS.exception();
    }
    return replace(table.with(member));
  }

  /**
   * Removes a member. Its alarms stay, as etcd's do.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_FOUND
   */
  public List<Member> remove(long id) {
    require(id);
    return replace(table.without(id));
  }

  /**
   * Gives a member other peer URLs, in the order given. It stays a learner if it is one, unlike in
   * etcd 3.5, which then shows as a voter what is none.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_FOUND, PEER_URL_EXISTS if
   *     one of them is another member's
   */
  public List<Member> update(long id, List<String> peerUrls) {
    var member = require(id);
    refuseUsedUrls(id, peerUrls);
    return replace(table.with(member.toBuilder().clearPeerURLs().addAllPeerURLs(peerUrls).build()));
  }

  /**
   * Makes a learner a voter.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_FOUND, MEMBER_NOT_LEARNER
   */
  public List<Member> promote(long id) {
    var member = require(id);
    if (!member.getIsLearner()) {
      throw EtcdError.MEMBER_NOT_LEARNER.exception();
    }
    return replace(table.with(member.toBuilder().clearIsLearner().build()));
  }

  /** A member says who it is and where clients reach it. One that is gone is passed over. */
  public void publish(long id, String name, List<String> clientUrls) {
    var member = table.members().get(id);
    if (member != null) {
      replace(
          table.with(
              member.toBuilder()
                  .setName(name)
                  .clearClientURLs()
                  .addAllClientURLs(clientUrls)
                  .build()));
    }
  }

  /** Whether any member has raised that alarm. */
  public boolean isAlarmed(AlarmType alarm) {
    return !alarms(alarm).isEmpty();
  }

  /**
   * Alarms by their type and then by their member, where etcd has no order.
   *
   * @param alarm NONE for those of every type
   */
  public List<AlarmMember> alarms(AlarmType alarm) {
    return table.alarms().stream()
        .filter(raised -> alarm == AlarmType.NONE || raised.getAlarm() == alarm)
        .toList();
  }

  /**
   * Raises an alarm. For the applying thread.
   *
   * @return the alarm, also if it was raised before; nothing for NONE and for a type unknown here
   */
  public List<AlarmMember> activate(long memberId, AlarmType alarm) {
    if (alarm == AlarmType.NONE || alarm == AlarmType.UNRECOGNIZED) {
      return List.of();
    }
    var raised = AlarmMember.newBuilder().setMemberID(memberId).setAlarm(alarm).build();
    table = table.withAlarm(raised);
    return List.of(raised);
  }

  /**
   * Ends an alarm. For the applying thread.
   *
   * @return the alarm; nothing if it was not raised
   */
  public List<AlarmMember> deactivate(long memberId, AlarmType alarm) {
    List<AlarmMember> ended =
        alarms(alarm).stream()
            .filter(raised -> raised.getAlarm() == alarm && raised.getMemberID() == memberId)
            .toList();
    ended.forEach(raised -> table = table.withoutAlarm(raised));
    return ended;
  }

  /** Freezes the present table; any thread may write it. */
  public Store.Saver save() {
    return table::writeTo;
  }

  /** Replaces the table by one that was saved, and reads no further. For the applying thread. */
  public void load(InputStream from) throws IOException {
    table = Table.readFrom(from);
  }

  private List<Member> replace(Table changed) {
    table = changed;
    return changed.list();
  }

  private Member require(long id) {
    return find(id).orElseThrow(EtcdError.MEMBER_NOT_FOUND::exception);
  }

  private void refuseUsedUrls(long id, List<String> peerUrls) {
    for (Member other : list()) {
      if (other.getID() != id && other.getPeerURLsList().stream().anyMatch(peerUrls::contains)) {
        throw EtcdError.PEER_URL_EXISTS.exception();
      }
    }
  }

  private long learners() {
    return list().stream().filter(Member::getIsLearner).count();
  }
}
