package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Members are shut down under a client, and the list of endpoints changes. */
@Alone
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#ofThree")
class ShutdownTest {
  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Enough to come to each of two members three times. */
  private static final int CALLS = 6;

  private final SharedCluster shared;
  private final EtcdBackend backend;
  private final EtcdCluster cluster;
  private final List<Etcd> clients = new ArrayList<>();

  ShutdownTest(SharedCluster shared) {
    this.shared = shared;
    this.backend = shared.backend();
    this.cluster = shared.cluster();
  }

  @AfterEach
  void restart() {
    clients.forEach(Etcd::close);
    cluster.members().stream().filter(member -> !member.isRunning()).forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);
  }

  private Etcd connect(EtcdMember... members) {
    Etcd client = Etcd.builder().endpoints(urls(members)).build();
    clients.add(client);
    await().atMost(PATIENCE).until(() -> AllConnected.of(client.connection()));
    client.kv().put("key", "before");
    return client;
  }

  private static List<String> urls(EtcdMember... members) {
    return Arrays.stream(members).map(EtcdMember::endpoint).toList();
  }

  private static KvClient within(Duration deadline, Etcd client) {
    return client.kv().with(call -> call.timeout(deadline));
  }

  private static void assertAllSucceed(KvCall call, KvClient kv) {
    List<KvCall.Ended> calls = Stream.generate(() -> call.tried(kv, "key")).limit(CALLS).toList();
    assertThat(calls).as("%s", call).extracting(KvCall.Ended::failure).containsOnlyNulls();
  }

  private static void awaitCutOff(Etcd client, EtcdMember member) {
    await()
        .until(
            () ->
                client.connection().endpoints().stream()
                    .filter(status -> status.endpoint().toString().equals(member.endpoint()))
                    .noneMatch(status -> status.state() == State.CONNECTED));
  }

  @Test
  void c18_c19_c20_writesSucceedWithinASecondOnceAMemberIsShutDown() {
    EtcdMember member = cluster.followers().get(0);
    Etcd client = connect(member, cluster.leader());

    member.stop();
    awaitCutOff(client, member);

    for (KvCall write : List.of(KvCall.PUT, KvCall.DELETE, KvCall.TXN)) {
      assertAllSucceed(write, within(Duration.ofSeconds(1), client));
    }
  }

  @Test
  void c21_c22_readsSucceedRightAfterTheLeaderIsShutDown() {
    EtcdMember leader = cluster.leader();
    Etcd client = connect(leader, cluster.followers().get(0));

    leader.stop();

    assertAllSucceed(KvCall.LOCAL_GET, within(Duration.ofSeconds(2), client));
    assertAllSucceed(KvCall.GET, within(DEADLINE, client));
  }

  /** Who is the only endpoint, and who is shut down first. */
  static List<Arguments> orders() {
    List<Arguments> all =
        List.of(
            Arguments.of(true, true),
            Arguments.of(false, false),
            Arguments.of(true, false),
            Arguments.of(false, true));
    return all.subList(0, Lengths.of(2, all.size()));
  }

  @ParameterizedTest(name = "leader: {0}, first: {1}")
  @MethodSource("orders")
  void c23_c24_readsOnTheirWayAreAnsweredOnceTheOnlyEndpointIsBack(
      boolean isLeader, boolean isFirst) {
    EtcdMember pinned = isLeader ? cluster.leader() : cluster.followers().get(0);
    EtcdMember other = shared.others(pinned).get(0);
    Etcd client = connect(pinned);
    KvClient kv = within(Duration.ofSeconds(20), client);

    (isFirst ? pinned : other).stop();
    (isFirst ? other : pinned).stop();
    CompletableFuture<?> read = kv.async().get("key");
    CompletableFuture<?> localRead = kv.async().get(KeyRange.key("key"), get -> get.serializable());
    awaitCutOff(client, pinned);
    long start = System.nanoTime();
    pinned.restart();
    long started = System.nanoTime();

    assertThat(CompletableFuture.allOf(read, localRead)).succeedsWithin(20, TimeUnit.SECONDS);
    new Figure(
            backend + ", only endpoint restarted: reads on their way answered",
            Duration.ofSeconds(7))
        .check(Duration.ofNanos(System.nanoTime() - start), Duration.ofNanos(started - start));
  }

  @Test
  void c27_readsGoToTheNewEndpointWhenTheOldOneDiesAfterTheChange() {
    EtcdMember old = cluster.followers().get(0);
    Etcd client = connect(old);

    client.connection().endpoints(urls(cluster.leader()));
    old.kill();

    assertAllSucceed(KvCall.GET, within(DEADLINE, client));
  }

  @Test
  void c28_readsGoToTheNewEndpointWhenTheOldOneIsDeadAlready() {
    EtcdMember old = cluster.followers().get(0);
    EtcdMember leader = cluster.leader();
    Etcd client = connect(old);
    KvClient kv = within(DEADLINE, client);

    old.kill();
    CompletableFuture<?> waiting = kv.async().get("key");
    awaitCutOff(client, old);
    client.connection().endpoints(urls(leader));

    assertThat(waiting).succeedsWithin(DEADLINE);
    assertAllSucceed(KvCall.GET, kv);
  }

  @Test
  void c30_putsSucceedRightAfterEachChangeOfEndpoints() {
    EtcdMember a = cluster.member(0);
    EtcdMember b = cluster.member(1);
    List<MemberId> ids = List.of(MemberId.of(a.id()), MemberId.of(b.id()));
    Etcd client = connect(a);
    KvClient kv = within(DEADLINE, client);

    for (int i = 1; i <= 20; i++) {
      client.connection().endpoints(urls(i % 2 == 0 ? a : b));
      assertThat(KvCall.PUT.of(kv, "key").memberId()).isEqualTo(ids.get(i % 2));
    }
  }

  @Test
  void c31_anEndpointThatIsNotInTheListIsReachedByAConnectionOfItsOwn() {
    EtcdMember listed = cluster.member(0);
    EtcdMember other = cluster.member(1);
    Etcd client = connect(listed);

    assertThatThrownBy(() -> client.maintenance().status(other.endpoint()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("endpoint must be one of [" + listed.endpoint() + "], was " + other.endpoint());
    assertThat(KvCall.LOCAL_GET.of(connect(other).kv(), "key").memberId())
        .isEqualTo(MemberId.of(other.id()));
    assertThat(KvCall.LOCAL_GET.of(client.kv(), "key").memberId())
        .isEqualTo(MemberId.of(listed.id()));
  }

  @Test
  void k3_aPutIsRefusedByNameWhereThereIsNoLeader() {
    EtcdMember alone = cluster.member(0);
    Etcd client = connect(alone);
    client.kv().delete("refused");

    shared.others(alone).forEach(EtcdMember::kill);
    await().atMost(PATIENCE).until(() -> alone.status().getLeader() == 0);
    KvCall.Ended put = KvCall.PUT.tried(within(Duration.ofSeconds(1), client), "refused");
    shared.others(alone).forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);

    assertThat(put).matches(ended -> ended.wasRefused(Code.NO_LEADER));
    assertThat(client.kv().get("refused")).isEmpty();
  }
}
