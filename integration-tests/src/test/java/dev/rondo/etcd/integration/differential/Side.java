package dev.rondo.etcd.integration.differential;

import static dev.rondo.etcd.wire.ClusterGrpc.getMemberListMethod;
import static dev.rondo.etcd.wire.ClusterGrpc.getMemberRemoveMethod;
import static dev.rondo.etcd.wire.ClusterGrpc.getMemberUpdateMethod;
import static dev.rondo.etcd.wire.KVGrpc.getCompactMethod;
import static dev.rondo.etcd.wire.KVGrpc.getDeleteRangeMethod;
import static dev.rondo.etcd.wire.KVGrpc.getPutMethod;
import static dev.rondo.etcd.wire.KVGrpc.getRangeMethod;
import static dev.rondo.etcd.wire.LeaseGrpc.getLeaseLeasesMethod;
import static dev.rondo.etcd.wire.LeaseGrpc.getLeaseRevokeMethod;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.LeaseLeasesRequest;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One of two clusters that are asked the same. Used by one thread. */
final class Side implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 12;
  private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);
  private static final RangeRequest EVERY_KEY =
      RangeRequest.newBuilder().setKey(FIRST_KEY).setRangeEnd(FIRST_KEY).setCountOnly(true).build();

  private final EtcdBackend backend;
  private final EtcdCluster cluster;
  private final List<ManagedChannel> channels = new ArrayList<>(); // by member
  private final Map<Integer, Watches> streams = new TreeMap<>(); // by member
  private final PeerUrls peerUrls = new PeerUrls();
  private final List<Member> founders;
  private Roles roles;
  private long now;

  private Side(EtcdBackend backend, EtcdCluster cluster, ClientInterceptor... interceptors) {
    this.backend = backend;
    this.cluster = cluster;
    for (var endpoint : cluster.endpoints()) {
      var url = URI.create(endpoint);
      channels.add(
          NettyChannelBuilder.forAddress(url.getHost(), url.getPort())
              .usePlaintext()
              .intercept(interceptors)
              .build());
    }
    this.founders = members().stream().sorted(Comparator.comparing(Member::getName)).toList();
    this.roles = newRoles();
  }

  /** Starts a cluster that is asked by way of these interceptors. */
  static Side start(EtcdBackend backend, int members, ClientInterceptor... interceptors) {
    var builder = backend.cluster().members(members);
    if (members > 1) {
      builder.flag("--strict-reconfig-check=false"); // for new members that never run
    }
    return new Side(backend, builder.start(), interceptors);
  }

  private List<Member> members() {
    var list = MemberListRequest.getDefaultInstance();
    return call(0, getMemberListMethod(), list).getMembersList();
  }

  private Roles newRoles() {
    var urls = new HashMap<String, String>();
    for (int i = 0; i < cluster.members().size(); i++) {
      EtcdMember member = cluster.member(i);
      urls.put(member.endpoint(), "client of " + i);
      urls.put(member.peerUrl(), "peer of " + i);
    }
    long id = call(0, getRangeMethod(), EVERY_KEY).getHeader().getClusterId();
    return new Roles(id, urls, peerUrls, founders.stream().map(Member::getID).toList());
  }

  /** Whether it answers progress of watches only once all are told of everything. */
  boolean settles() {
    return !isBefore35();
  }

  private boolean isBefore35() {
    return !backend.version().isAtLeast(3, 5);
  }

  int size() {
    return channels.size();
  }

  // One step

  /** Makes a request, and waits for what it brings about. */
  Answer take(Step step) {
    awaitLatest(step.member());
    if (step.is(WatchGrpc.getWatchMethod())) {
      return watch(step);
    }
    var request = roles.resolve(step.request(), now);
    if (step.is(getCompactMethod())) {
      settle();
      return answer(step.member(), step.method(), compaction((CompactionRequest) request));
    }
    return answer(step.member(), step.method(), request);
  }

  /**
   * Before 3.5, a store without keys has another hash while it still sweeps up after a compaction,
   * so that this is waited for.
   */
  private CompactionRequest compaction(CompactionRequest request) {
    return isBefore35() ? request.toBuilder().setPhysical(true).build() : request;
  }

  /** Waits until a member has all that was written through the others. */
  private void awaitLatest(int member) {
    if (size() > 1) {
      call(member, getRangeMethod(), EVERY_KEY);
    }
  }

  private Answer watch(Step step) {
    var request = (WatchRequest) roles.resolve(step.request(), now);
    var stream = streams.computeIfAbsent(step.member(), this::openStream);
    if (request.hasCancelRequest()) {
      stream.settle(now);
    }
    var answer = stream.ask(request);
    if (request.getCreateRequest().getStartRevision() != 0) {
      stream.settle(now);
    }
    return answer;
  }

  private Watches openStream(int member) {
    return new Watches(channels.get(member), roles::normalise);
  }

  private Answer answer(int member, MethodDescriptor<?, ?> method, Message request) {
    try {
      var response = call(member, taking(method), request);
      noteRevision(response);
      return new Answer.Given(roles.normalise(response));
    } catch (StatusRuntimeException e) {
      return Answer.Refused.by(e.getStatus());
    }
  }

  @SuppressWarnings("unchecked") // a step has a request that its method takes
  private static MethodDescriptor<Message, Message> taking(MethodDescriptor<?, ?> method) {
    return (MethodDescriptor<Message, Message>) method;
  }

  private void noteRevision(Message response) {
    var header = response.getDescriptorForType().findFieldByName("header");
    if (header != null) {
      now = Math.max(now, ((ResponseHeader) response.getField(header)).getRevision());
    }
  }

  /** Waits until every watch was told of everything; returns what each was told, by member. */
  Map<Integer, Map<Long, List<String>>> watched() {
    settle();
    var told = new TreeMap<Integer, Map<Long, List<String>>>();
    streams.forEach((member, stream) -> told.put(member, stream.told()));
    return told;
  }

  private void settle() {
    streams.forEach(
        (member, stream) -> {
          awaitLatest(member);
          stream.settle(now);
        });
  }

  /** Returns the revision of each member, once it has all that was written. */
  List<Long> revisions() {
    return IntStream.range(0, size())
        .mapToObj(member -> call(member, getRangeMethod(), EVERY_KEY).getHeader().getRevision())
        .toList();
  }

  // Between two programs

  /** Takes away all that a program has left, but for the revision, which it returns. */
  long clear() {
    streams.values().forEach(Watches::close);
    streams.clear();
    call(0, getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance())
        .getLeasesList()
        .forEach(lease -> revoke(lease.getID()));
    members().forEach(this::restore);
    peerUrls.see(List.of());
    roles = newRoles();
    call(
        0,
        getDeleteRangeMethod(),
        DeleteRangeRequest.newBuilder().setKey(FIRST_KEY).setRangeEnd(FIRST_KEY).build());
    now = call(0, getRangeMethod(), EVERY_KEY).getHeader().getRevision();
    return now;
  }

  private void revoke(long lease) {
    call(0, getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(lease).build());
  }

  private void restore(Member member) {
    var founder = founders.stream().filter(one -> one.getID() == member.getID()).findAny();
    if (founder.isEmpty()) {
      call(
          0,
          getMemberRemoveMethod(),
          MemberRemoveRequest.newBuilder().setID(member.getID()).build());
    } else if (!founder.get().equals(member)) {
      call(
          0,
          getMemberUpdateMethod(),
          MemberUpdateRequest.newBuilder()
              .setID(member.getID())
              .addAllPeerURLs(founder.get().getPeerURLsList())
              .build());
    }
  }

  /** Writes until this revision is reached, and forgets all that was before it. */
  void raiseTo(long revision) {
    while (now < revision) {
      boolean isLast = now == revision - 1;
      now = isLast ? delete() : put();
    }
    call(
        0,
        getCompactMethod(),
        CompactionRequest.newBuilder().setRevision(now).setPhysical(true).build());
  }

  private long put() {
    var request = PutRequest.newBuilder().setKey(FIRST_KEY).build();
    return call(0, getPutMethod(), request).getHeader().getRevision();
  }

  private long delete() {
    var request = DeleteRangeRequest.newBuilder().setKey(FIRST_KEY).build();
    return call(0, getDeleteRangeMethod(), request).getHeader().getRevision();
  }

  private <Q, R> R call(int member, MethodDescriptor<Q, R> method, Q request) {
    var options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    // A stream of one request and one answer is a call as well.
    var unary = method.toBuilder().setType(MethodType.UNARY).build();
    return ClientCalls.blockingUnaryCall(channels.get(member), unary, options, request);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    cluster.close();
  }

  @Override
  public String toString() {
    return backend.toString();
  }
}
