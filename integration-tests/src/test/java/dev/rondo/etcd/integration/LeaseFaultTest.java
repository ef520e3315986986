package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.KeptLease;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.lease.LeaseState;
import dev.rondo.etcd.lease.Session;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Leases while members stop, restart and lose their quorum. */
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#partitionable")
class LeaseFaultTest {
  private static final Duration PATIENCE = ofSeconds(30);

  /** No call may take longer, whatever happens to the cluster. */
  private static final Duration NEVER_LONGER = ofSeconds(15);

  private final EtcdCluster cluster;
  private final List<Connection> connections = new ArrayList<>();
  private final List<EtcdMember> isolated = new ArrayList<>();

  LeaseFaultTest(SharedCluster shared) {
    this.cluster = shared.cluster();
  }

  @AfterEach
  void heal() {
    connections.forEach(Connection::close);
    isolated.forEach(EtcdMember::heal);
    cluster.members().stream().filter(member -> !member.isRunning()).forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);
  }

  private Connection connect(EtcdMember... members) {
    var made =
        Connection.builder()
            .endpoints(Arrays.stream(members).map(EtcdMember::endpoint).toList())
            .build();
    connections.add(made);
    return made;
  }

  private Connection connect() {
    return connect(cluster.members().toArray(EtcdMember[]::new));
  }

  @Test
  void l2_aLeaseOutlivesTheRestartOfItsOnlyEndpoint() {
    var member = cluster.followers().get(0);
    var leases = LeaseClient.over(connect(member));
    var lease = leases.keep(ofSeconds(5));
    var states = statesOf(lease);

    member.kill();
    member.restart();
    await()
        .atMost(PATIENCE)
        .during(ofSeconds(5))
        .untilAsserted(() -> assertThat(states).doesNotContain(LeaseState.LOST));

    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    assertThat(leases.timeToLive(lease.id())).isPresent();
    lease.close();
  }

  private static List<LeaseState> statesOf(KeptLease lease) {
    var states = new CopyOnWriteArrayList<LeaseState>();
    lease.onChange(status -> states.add(status.state()));
    return states;
  }

  @Test
  void l10_aLeaseOutlivesALossOfTheQuorumThatIsShorterThanItsTime() {
    var leases = LeaseClient.over(connect());
    var lease = leases.keep(ofSeconds(10));
    var states = statesOf(lease);
    var lost = List.of(cluster.leader(), cluster.followers().get(0));

    lost.forEach(EtcdMember::kill);
    await().pollDelay(ofSeconds(2)).until(() -> true);
    lost.forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);

    await().atMost(PATIENCE).until(() -> lease.remaining().compareTo(ofSeconds(7)) > 0);
    assertThat(lease.state()).isEqualTo(LeaseState.ACTIVE);
    assertThat(states).doesNotContain(LeaseState.LOST, LeaseState.EXPIRED_UNCONFIRMED);
    assertThat(leases.timeToLive(lease.id())).isPresent();
    lease.close();
  }

  @Test
  void l12_sessionsNeverHangWhileThereIsNoQuorum() {
    var leases = LeaseClient.over(connect()).with(call -> call.timeout(ofSeconds(3)));
    var before = leases.session(ofSeconds(60));
    var lost = List.of(cluster.leader(), cluster.followers().get(0));

    lost.forEach(EtcdMember::kill);
    var start = System.nanoTime();
    var refused = catchThrowableOfType(EtcdException.class, () -> leases.session(ofSeconds(60)));
    before.close();
    var took = Duration.ofNanos(System.nanoTime() - start);
    lost.forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);

    assertThat(refused.code())
        .isIn(
            Code.DEADLINE_EXCEEDED,
            Code.SERVER_DEADLINE_EXCEEDED,
            Code.NO_LEADER,
            Code.UNAVAILABLE,
            Code.TIMEOUT,
            Code.TIMEOUT_DUE_TO_LEADER_FAIL,
            Code.TIMEOUT_DUE_TO_CONNECTION_LOST);
    assertThat(took).isLessThan(NEVER_LONGER);
    try (Session after = leases.session(ofSeconds(60))) {
      assertThat(after.isAlive()).isTrue();
    }
  }

  @Test
  void l13_renewalsLeaveAMemberThatSeesNoLeader() {
    var cutOff = cluster.followers().get(0);
    var other = cluster.followers().get(1);
    var connection = connect(cutOff);
    var leases = LeaseClient.over(connection);
    var lease = leases.keep(ofSeconds(6));
    var states = statesOf(lease);
    connection.endpoints(List.of(cutOff.endpoint(), other.endpoint()));

    isolated.add(cutOff);
    cutOff.isolate();
    await()
        .atMost(PATIENCE)
        .during(ofSeconds(7))
        .untilAsserted(
            () ->
                assertThat(states).doesNotContain(LeaseState.LOST, LeaseState.EXPIRED_UNCONFIRMED));

    assertThat(lease.remaining()).isPositive();
    assertThat(LeaseClient.over(connect(other)).timeToLive(lease.id())).isPresent();
    lease.close();
  }

  @Test
  void l14_whatWasJustGrantedIsFoundThroughEveryMember() {
    var grants = LeaseClient.over(connect(cluster.leader()));
    var others =
        cluster.members().stream().map(member -> LeaseClient.over(connect(member))).toList();

    var calls = new ArrayList<CompletableFuture<?>>();
    for (var i = 0; i < 200; i++) {
      var id = grants.grant(ofSeconds(60)).id();
      for (var leases : others) {
        calls.add(leases.async().keepAliveOnce(id));
        calls.add(
            leases
                .async()
                .timeToLive(id)
                .thenAccept(found -> assertThat(found).as("lease " + id).isPresent()));
      }
    }

    CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
  }

  @Test
  void l14_aKeyBelongsToTheLeaseItWasPutWithLast() {
    var connection = connect();
    var leases = LeaseClient.over(connection);
    var kv = KvClient.over(connection);
    var first = leases.grant(ofSeconds(60)).id();
    var second = leases.grant(ofSeconds(60)).id();

    kv.put("moved", "1", put -> put.lease(first));
    kv.put("moved", "2", put -> put.lease(second));
    leases.revoke(first);
    assertThat(kv.get("moved")).isPresent();
    leases.revoke(second);

    assertThat(kv.get("moved")).isEmpty();
  }

  @Test
  void l14_leasesAndTheirKeysAreThereAfterAllMembersWereRestarted() {
    var connection = connect();
    var leases = LeaseClient.over(connection);
    var kv = KvClient.over(connection);
    var lease = leases.grant(ofSeconds(60)).id();
    kv.put("kept", "through it all", put -> put.lease(lease));

    cluster.members().forEach(EtcdMember::kill);
    cluster.members().forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);

    assertThat(leases.timeToLiveWithKeys(lease).orElseThrow().keys()).hasSize(1);
    leases.revoke(lease);
    assertThat(kv.get("kept")).isEmpty();
  }

  @Test
  void selfHealingLeasesComeBackAfterALossOfTheQuorumThatIsLongerThanTheirTime() {
    var connection = connect();
    var kv = KvClient.over(connection);
    var healing = LeaseClient.over(connection).selfHealing(ofSeconds(2));
    IntStream.range(0, 10).forEach(i -> healing.bind("workers/" + i, "here"));
    var lost = List.of(cluster.leader(), cluster.followers().get(0));

    lost.forEach(EtcdMember::kill);
    await()
        .atMost(PATIENCE)
        .until(() -> healing.status().state() == LeaseState.EXPIRED_UNCONFIRMED);
    lost.forEach(EtcdMember::restart);
    cluster.awaitHealthy(PATIENCE);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(healing.status().state()).isEqualTo(LeaseState.ACTIVE);
              assertThat(IntStream.range(0, 10).mapToObj(i -> kv.get("workers/" + i)))
                  .allMatch(found -> found.isPresent());
            });
    healing.close();
    assertThat(kv.get("workers/0")).isEmpty();
  }
}
