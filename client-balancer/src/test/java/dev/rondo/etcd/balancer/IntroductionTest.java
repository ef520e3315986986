package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.ConnectionTest.LOCAL_GET;
import static dev.rondo.etcd.balancer.ConnectionTest.PUT;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What members say of themselves, and what follows from it: clusters, learners, leaders. */
@Timeout(60)
class IntroductionTest {
  private static final long CLUSTER = 0x1234;

  private final List<ScriptedServer> servers =
      IntStream.range(0, 3).mapToObj(i -> ScriptedServer.start()).toList();
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private @Nullable Connection connection;

  @BeforeEach
  void answer() {
    for (int i = 0; i < 3; i++) {
      member(i, CLUSTER, 7, 1, false);
      ScriptedServer server = servers.get(i);
      server.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> call.reply(RangeResponse.newBuilder().setHeader(header(7)).build()));
      server.on(
          KVGrpc.getPutMethod(),
          (request, call) -> call.reply(PutResponse.newBuilder().setHeader(header(7)).build()));
    }
  }

  @AfterEach
  void close() {
    if (connection != null) {
      connection.close();
    }
    servers.forEach(ScriptedServer::close);
  }

  private static ResponseHeader header(long term) {
    return ResponseHeader.newBuilder().setRaftTerm(term).build();
  }

  /** Lets member {@code index + 1} say this of itself from now on. */
  private void member(int index, long cluster, long term, long leader, boolean isLearner) {
    StatusResponse status =
        StatusResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setClusterId(cluster).setMemberId(index + 1))
            .setRaftTerm(term)
            .setLeader(leader)
            .setIsLearner(isLearner)
            .build();
    servers.get(index).on(MaintenanceGrpc.getStatusMethod(), (request, call) -> call.reply(status));
  }

  private Calls connect(PickPolicy policy) {
    Connection made =
        Connection.builder()
            .endpoints(servers.stream().map(ScriptedServer::endpoint).toList())
            .policy(policy)
            .listener(events::add)
            .build();
    connection = made;
    await().until(() -> connected(made) == 3);
    return Calls.over(made);
  }

  private static CompletableFuture<PutResponse> put(Calls calls) {
    return calls.call(PUT, PutRequest.getDefaultInstance(), answer -> answer);
  }

  private static void get(Calls calls, Rpc<RangeRequest, RangeResponse> rpc) {
    Blocking.await(calls.call(rpc, RangeRequest.getDefaultInstance(), answer -> answer));
  }

  private List<Integer> puts() {
    return servers.stream().map(server -> server.received(KVGrpc.getPutMethod()).size()).toList();
  }

  private List<Integer> gets() {
    return servers.stream().map(server -> server.received(KVGrpc.getRangeMethod()).size()).toList();
  }

  @Test
  void aMemberOfAnotherClusterTakesNoPart() {
    servers.get(2).stop();
    Connection made =
        Connection.builder()
            .endpoints(servers.stream().map(ScriptedServer::endpoint).toList())
            .listener(events::add)
            .build();
    connection = made;
    await().until(() -> connected(made) == 2);
    member(2, 0xabcd, 7, 3, false);

    servers.get(2).restart();

    await()
        .untilAsserted(
            () ->
                assertThat(made.endpoints().get(2).lastFailure())
                    .get()
                    .satisfies(
                        failure -> {
                          assertThat(failure.code()).isEqualTo(Code.CLUSTER_ID_MISMATCH);
                          assertThat(failure.reason())
                              .isEqualTo(
                                  "etcdserver: cluster ID mismatch (a member of cluster abcd answers"
                                      + " there, which is not the cluster of the other endpoints)");
                        }));
    for (int i = 0; i < 6; i++) {
      Blocking.await(put(Calls.over(made)));
    }
    assertThat(puts()).containsExactly(3, 3, 0);
  }

  @Test
  void aListWithNoneOfTheOldEndpointsMayBeAnotherCluster() {
    member(2, 0xabcd, 7, 3, false);
    Connection made =
        Connection.builder().endpoints(servers.get(0).endpoint()).listener(events::add).build();
    connection = made;
    Blocking.await(put(Calls.over(made)));

    made.endpoints(List.of(servers.get(2).endpoint()));
    await().until(() -> made.endpoints().get(0).endpoint().port() == servers.get(2).port());
    Blocking.await(put(Calls.over(made)));

    assertThat(puts()).containsExactly(1, 0, 1);
  }

  @Test
  void aLearnerGetsWhatItCanAnswerAlone() {
    member(2, CLUSTER, 7, 1, true);
    Calls calls = connect(PickPolicy.ROUND_ROBIN);

    for (int i = 0; i < 6; i++) {
      Blocking.await(put(calls));
      get(calls, LOCAL_GET);
    }

    assertThat(puts()).containsExactly(3, 3, 0);
    assertThat(gets()).containsExactly(2, 2, 2);
    assertThat(connection.endpoints())
        .extracting(EndpointStatus::isLearner)
        .containsExactly(false, false, true);
  }

  @Test
  void aLearnerThatWasPromotedGetsEverything() {
    member(2, CLUSTER, 7, 1, true);
    Calls calls = connect(PickPolicy.ROUND_ROBIN);

    member(2, CLUSTER, 7, 1, false);

    await().until(() -> connection.endpoints().stream().noneMatch(EndpointStatus::isLearner));
    for (int i = 0; i < 6; i++) {
      Blocking.await(put(calls));
    }
    assertThat(puts()).containsExactly(2, 2, 2);
  }

  @Test
  void leaderFirstSendsWhatTheLeaderDecidesToTheLeader() {
    Calls calls = connect(PickPolicy.LEADER_FIRST);

    for (int i = 0; i < 6; i++) {
      Blocking.await(put(calls));
      get(calls, LOCAL_GET);
    }
    get(calls, GET);

    assertThat(puts()).containsExactly(6, 0, 0);
    assertThat(gets()).containsExactly(3, 2, 2);
    assertThat(connection.endpoints())
        .extracting(EndpointStatus::isLeader)
        .containsExactly(true, false, false);
    assertThat(connection.endpoints().get(0).member()).isEqualTo(Optional.of(MemberId.of(1)));
  }

  @Test
  void leaderFirstFollowsTheTermInAnAnswer() {
    Calls calls = connect(PickPolicy.LEADER_FIRST);
    for (int i = 0; i < 3; i++) {
      member(i, CLUSTER, 8, 2, false);
    }
    servers
        .get(0)
        .on(
            KVGrpc.getPutMethod(),
            (request, call) -> call.reply(PutResponse.newBuilder().setHeader(header(8)).build()));

    Blocking.await(put(calls));

    await().until(() -> connection.endpoints().get(1).isLeader());
    Blocking.await(put(calls));
    assertThat(puts()).containsExactly(1, 1, 0);
    assertThat(events).contains(new ConnectionEvent.LeaderSeen(MemberId.of(2), 8));
  }

  @Test
  void leaderFirstKeepsWritesBackUntilAnotherLeaderIsNamed() {
    for (ScriptedServer server : servers) {
      server.on(KVGrpc.getRangeMethod(), (request, call) -> {}); // no quorum
    }
    Calls calls = connect(PickPolicy.LEADER_FIRST);
    servers.get(0).stop();
    await().until(() -> connected(connection) == 2);

    CompletableFuture<PutResponse> write = put(calls);
    servers.get(1).awaitReceived(MaintenanceGrpc.getStatusMethod(), 8); // asked again and again
    assertThat(write).isNotDone();
    assertThat(puts()).containsExactly(0, 0, 0);
    member(1, CLUSTER, 8, 3, false);
    member(2, CLUSTER, 8, 3, false);

    assertThat(write).succeedsWithin(Duration.ofSeconds(5));
    assertThat(puts()).containsExactly(0, 0, 1);
  }

  @Test
  void leaderFirstLeavesALeaderThatSeesNoneAnyMore() {
    Calls calls = connect(PickPolicy.LEADER_FIRST);
    member(0, CLUSTER, 7, 0, false); // cut off from the others, and still connected to us
    member(1, CLUSTER, 8, 2, false);
    member(2, CLUSTER, 8, 2, false);
    servers
        .get(0)
        .on(
            KVGrpc.getPutMethod(),
            (request, call) ->
                call.fail(io.grpc.Status.UNAVAILABLE.withDescription("etcdserver: no leader")));

    assertThat(put(calls)).succeedsWithin(Duration.ofSeconds(5));
    assertThat(puts().subList(1, 3)).containsExactly(1, 0);
    assertThat(connection.endpoints().get(1).isLeader()).isTrue();
  }

  @Test
  void leaderFirstSaysThatThereWasNoLeader() {
    for (int i = 0; i < 3; i++) {
      member(i, CLUSTER, 7, 0, false);
    }
    Calls calls = connect(PickPolicy.LEADER_FIRST);
    Calls hasty = calls.with(calls.settings().with(call -> call.timeout(Duration.ofMillis(300))));

    assertThatThrownBy(() -> Blocking.await(put(hasty)))
        .isInstanceOfSatisfying(
            EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.NO_LEADER))
        .hasMessageContaining("no member named a leader within PT0.3S");
  }

  @Test
  void aLearnerThatWasTakenForAVoterCostsNoAttempt() {
    servers
        .get(2)
        .on(
            KVGrpc.getPutMethod(),
            (request, call) ->
                call.fail(
                    io.grpc.Status.UNAVAILABLE.withDescription(
                        "etcdserver: rpc not supported for learner")));
    servers
        .get(2)
        .on(
            MaintenanceGrpc.getStatusMethod(),
            (request, call) -> call.fail(io.grpc.Status.UNIMPLEMENTED));
    Calls calls = connect(PickPolicy.ROUND_ROBIN);
    List<Integer> numbers = new CopyOnWriteArrayList<>();

    for (int i = 0; i < 6; i++) {
      Blocking.await(put(calls));
    }

    events.stream()
        .filter(ConnectionEvent.Retried.class::isInstance)
        .forEach(event -> numbers.add(((ConnectionEvent.Retried) event).attempt()));
    assertThat(puts().get(2)).isEqualTo(2);
    assertThat(numbers).containsOnly(1);
  }

  @Test
  void leaderFirstGoesThroughTheOthersWhereOnlyWeHaveLostTheLeader() {
    Calls calls = connect(PickPolicy.LEADER_FIRST);

    servers.get(0).stop();

    Blocking.await(put(calls));
    assertThat(puts().subList(1, 3)).containsAnyOf(1).containsAnyOf(0);
  }

  @Test
  void leaderFirstTakesTurnsAmongServersThatDoNotTell() {
    for (ScriptedServer server : servers) {
      server.on(
          MaintenanceGrpc.getStatusMethod(),
          (request, call) -> call.fail(io.grpc.Status.UNIMPLEMENTED));
    }
    Calls calls = connect(PickPolicy.LEADER_FIRST);

    for (int i = 0; i < 6; i++) {
      Blocking.await(put(calls));
    }

    assertThat(puts()).containsExactly(2, 2, 2);
  }

  @Test
  void leastBusySpreadsTheLoadAndPassesOverWhoIsSlow() {
    servers.get(1).on(KVGrpc.getPutMethod(), (request, call) -> {}); // never
    Calls calls = connect(PickPolicy.LEAST_BUSY);

    for (int i = 0; i < 60; i++) {
      var unused = put(calls);
    }
    await().until(() -> puts().stream().mapToInt(Integer::intValue).sum() == 60);
    for (int i = 0; i < 40; i++) {
      Blocking.await(put(calls.with(calls.settings().with(call -> call.idempotent(true)))));
    }

    // nothing that came after the slow one was busy went there, but for pairs of nobody else
    assertThat(puts().get(1)).isLessThan(34);
    assertThat(puts().get(0)).isPositive();
    assertThat(puts().get(2)).isPositive();
    assertThat(connection.endpoints().get(1).inFlight()).isEqualTo(puts().get(1));
  }
}
