package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A member is cut off from its peers, and the client still reaches it. */
@Alone
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#partitionable")
class PartitionedMemberTest {
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration BRIEF = Duration.ofSeconds(1);

  /** Over before a read is moved because its member does not answer, which takes a second. */
  private static final Duration BRIEFER = Duration.ofMillis(700);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Enough to come to each of three members three times. */
  private static final int CALLS = 9;

  private final SharedCluster shared;
  private final EtcdBackend backend;
  private final EtcdCluster cluster;
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<EtcdMember> isolated = new ArrayList<>();
  private final List<Etcd> clients = new ArrayList<>();

  PartitionedMemberTest(SharedCluster shared) {
    this.shared = shared;
    this.backend = shared.backend();
    this.cluster = shared.cluster();
  }

  @AfterEach
  void heal() {
    clients.forEach(Etcd::close);
    isolated.forEach(EtcdMember::heal);
    cluster.awaitHealthy(PATIENCE);
  }

  private Etcd connect(EtcdMember... members) {
    List<String> urls = Arrays.stream(members).map(EtcdMember::endpoint).toList();
    Etcd client =
        Etcd.builder()
            .endpoints(urls)
            .listener(events::add)
            .grpc(GrpcTuning.builder().interceptor(new CountingKvAttempts()).build())
            .build();
    clients.add(client);
    await().atMost(PATIENCE).until(() -> AllConnected.of(client.connection()));
    client.kv().put("key", "before");
    return client;
  }

  private static KvClient within(Duration deadline, Etcd client) {
    return client.kv().with(call -> call.timeout(deadline));
  }

  private void isolate(EtcdMember member) {
    isolated.add(member);
    member.isolate();
  }

  private static void awaitNotice(EtcdMember member) {
    await().atMost(PATIENCE).until(() -> member.status().getLeader() == 0);
  }

  private EtcdMember follower() {
    return cluster.followers().get(0);
  }

  /** The leader and one of the others. */
  private EtcdMember[] followerAnd(EtcdMember other) {
    return new EtcdMember[] {other, cluster.leader()};
  }

  @Test
  void c7_putsGoOnThroughTheOthersAfterOneThatEndedAsUnknown() {
    assertWritesGoOn(KvCall.PUT);
  }

  @Test
  void c8_deletesGoOnThroughTheOthersAfterOneThatEndedAsUnknown() {
    assertWritesGoOn(KvCall.DELETE);
  }

  @Test
  void c9_transactionsGoOnThroughTheOthersAfterOneThatEndedAsUnknown() {
    assertWritesGoOn(KvCall.TXN);
  }

  /** Until the member notices, it takes a write and cannot pass it on; then it refuses at once. */
  private void assertWritesGoOn(KvCall write) {
    EtcdMember member = follower();
    Etcd client = connect(followerAnd(member));

    isolate(member);
    List<KvCall.Ended> before = tried(2, write, within(BRIEF, client));
    awaitNotice(member);
    List<KvCall.Ended> after = tried(CALLS, write, within(DEADLINE, client));

    assertThat(before)
        .filteredOn(KvCall.Ended::hasFailed)
        .hasSizeLessThanOrEqualTo(1)
        .allSatisfy(
            call ->
                assertThat(call.failure())
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining(member.endpoint()));
    assertThat(after).extracting(KvCall.Ended::failure).containsOnlyNulls();
    assertNotServedBy(member, after);
  }

  private static List<KvCall.Ended> tried(int count, KvCall call, KvClient kv) {
    return Stream.generate(() -> call.tried(kv, "key")).limit(count).toList();
  }

  private static void assertNotServedBy(EtcdMember member, List<KvCall.Ended> calls) {
    assertThat(calls)
        .extracting(call -> call.header().memberId())
        .doesNotContain(MemberId.of(member.id()));
  }

  @Test
  void c10_everyReadIsAnsweredByAnotherMemberWithinItsDeadline() {
    EtcdMember member = follower();
    Etcd client = connect(followerAnd(member));

    isolate(member);
    List<KvCall.Ended> reads = tried(CALLS, KvCall.GET, within(DEADLINE, client));

    assertThat(reads).extracting(KvCall.Ended::failure).containsOnlyNulls();
    assertNotServedBy(member, reads);
    told("c10: longest read right after the partition", reads);
  }

  private void told(String what, List<KvCall.Ended> calls) {
    System.out.printf(
        "[figure] %s, %s: %d ms%n",
        backend,
        what,
        calls.stream().map(KvCall.Ended::took).max(Comparator.naturalOrder()).get().toMillis());
  }

  /** The member may find out that the time is over before the client does. */
  @Test
  void c11_ofTwoReadsWithAShortDeadlineOneFailsAtMost() {
    EtcdMember member = follower();
    Etcd client = connect(followerAnd(member));

    isolate(member);
    List<KvCall.Ended> reads = tried(2, KvCall.GET, within(BRIEFER, client));

    assertThat(reads)
        .filteredOn(KvCall.Ended::hasFailed)
        .hasSizeLessThanOrEqualTo(1)
        .allSatisfy(
            read ->
                assertThat(read.failure().code())
                    .isIn(Code.DEADLINE_EXCEEDED, Code.SERVER_DEADLINE_EXCEEDED));
  }

  @Test
  void c12_localReadsAreAnsweredByTheMemberThatIsCutOff() {
    EtcdMember member = follower();
    Etcd client = connect(member);
    MemberId id = MemberId.of(member.id());

    isolate(member);
    List<KvCall.Ended> before = tried(2, KvCall.LOCAL_GET, within(DEADLINE, client));
    awaitNotice(member);
    List<KvCall.Ended> after = tried(2, KvCall.LOCAL_GET, within(DEADLINE, client));

    assertThat(List.of(before, after))
        .allSatisfy(
            reads ->
                assertThat(reads).extracting(read -> read.header().memberId()).containsOnly(id));
  }

  @Test
  void c13_everyReadIsAnsweredWithinItsDeadlineWhenTheLeaderIsCutOff() {
    EtcdMember leader = cluster.leader();
    Etcd client = connect(leader, follower());

    isolate(leader);
    List<KvCall.Ended> reads = tried(CALLS, KvCall.GET, within(DEADLINE, client));

    assertThat(reads).extracting(KvCall.Ended::failure).containsOnlyNulls();
    assertNotServedBy(leader, reads);
    told("c13: longest read right after the partition", reads);
  }

  @Test
  void c16_aFollowerAnswersAReadOnceThereIsAnotherLeader() {
    Etcd client = connect(follower());

    isolate(cluster.leader());
    List<KvCall.Ended> reads = tried(2, KvCall.GET, within(DEADLINE, client));

    assertThat(reads).extracting(KvCall.Ended::failure).containsOnlyNulls();
    told("c16: longest read right after the partition", reads);
  }

  @Test
  void c29_callsSucceedAtOnceWithOtherEndpointsInThePlaceOfOneThatIsCutOff() {
    EtcdMember member = follower();
    Etcd client = connect(member);
    KvClient kv = within(DEADLINE, client);

    isolate(member);
    CompletableFuture<?> waiting = kv.async().get("key");
    client
        .connection()
        .endpoints(shared.others(member).stream().map(EtcdMember::endpoint).toList());
    List<KvCall.Ended> calls = new ArrayList<>(tried(CALLS, KvCall.GET, kv));
    calls.addAll(tried(CALLS, KvCall.PUT, kv));

    assertThat(calls).extracting(KvCall.Ended::failure).containsOnlyNulls();
    assertNotServedBy(member, calls);
    assertThat(waiting).succeedsWithin(DEADLINE);
  }

  @Test
  void k19_theRevisionOfALocalAnswerTellsThatItIsStale() {
    EtcdMember member = follower();
    Etcd client = connect(cluster.members().toArray(EtcdMember[]::new));
    KvClient kv = within(DEADLINE, client);
    Etcd alone = connect(member);

    isolate(member);
    awaitNotice(member);
    Revision written = kv.put("key", "after").header().revision();
    List<ResponseHeader> stale =
        List.of(KvCall.LOCAL_GET.of(alone.kv(), "key"), KvCall.LOCAL_TXN.of(alone.kv(), "key"));
    member.heal();

    assertThat(stale)
        .allSatisfy(
            header -> {
              assertThat(header.memberId()).isEqualTo(MemberId.of(member.id()));
              assertThat(header.revision()).isLessThan(written);
            });
    await()
        .atMost(PATIENCE)
        .until(() -> KvCall.LOCAL_GET.of(alone.kv(), "key").revision(), written::equals);
  }

  @Test
  void aMemberThatIsCutOffCostsACallOneMoreAttemptAtMost() {
    int calls = Lengths.of(150, 1_500);
    EtcdMember member = follower();
    Etcd client = connect(cluster.members().toArray(EtcdMember[]::new));
    KvClient kv = within(DEADLINE, client);

    isolate(member);
    awaitNotice(member);
    List<Integer> needed = new ArrayList<>();
    for (KvCall call : List.of(KvCall.GET, KvCall.PUT, KvCall.DELETE, KvCall.TXN)) {
      for (int i = 0; i < calls; i++) {
        int before = attempts.get();
        call.of(kv, "key");
        needed.add(attempts.get() - before);
      }
    }

    long two = needed.stream().filter(count -> count == 2).count();
    System.out.printf(
        "[figure] %s, member cut off from its peers: %d of %d calls took 2 attempts, none more%n",
        backend, two, needed.size());
    assertThat(needed).allSatisfy(count -> assertThat(count).isBetween(1, 2));
    assertThat(two).isBetween(needed.size() * 30L / 100, needed.size() * 37L / 100);
  }

  /** Counts attempts at calls of keys, and leaves out what the client asks on its own. */
  private final class CountingKvAttempts implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      if (method.getFullMethodName().startsWith("etcdserverpb.KV/")) {
        attempts.incrementAndGet();
      }
      return next.newCall(method, options);
    }
  }
}
