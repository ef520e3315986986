package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.ConnectionTest.PUT;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Endpoints that look connected and say nothing. */
@Timeout(60)
class SilenceTest {
  private static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
      Rpc.repeatable(
          "keep alive", LeaseGrpc.getLeaseKeepAliveMethod(), LeaseKeepAliveResponse::getHeader);

  private final List<ScriptedServer> servers =
      List.of(ScriptedServer.start(), ScriptedServer.start());
  private final ScriptedServer first = servers.get(0);
  private final ScriptedServer second = servers.get(1);
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private @Nullable Connection connection;

  @BeforeEach
  void answer() {
    for (ScriptedServer server : servers) {
      server.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
      server.on(
          KVGrpc.getPutMethod(), (request, call) -> call.reply(PutResponse.getDefaultInstance()));
      server.on(
          MaintenanceGrpc.getStatusMethod(),
          (request, call) -> call.reply(StatusResponse.getDefaultInstance()));
      server.on(LeaseGrpc.getLeaseKeepAliveMethod(), (request, call) -> call.sendHeaders());
    }
  }

  @AfterEach
  void close() {
    if (connection != null) {
      connection.close();
    }
    servers.forEach(ScriptedServer::close);
  }

  private Calls connect(ScriptedServer... servers) {
    List<String> urls = List.of(servers).stream().map(ScriptedServer::endpoint).toList();
    Connection made = Connection.builder().endpoints(urls).listener(events::add).build();
    connection = made;
    await().until(() -> connected(made) == servers.length);
    return Calls.over(made);
  }

  private static void get(Calls calls) {
    Blocking.await(calls.call(GET, RangeRequest.getDefaultInstance(), answer -> answer));
  }

  private static CompletableFuture<PutResponse> put(Calls calls) {
    return calls.call(PUT, PutRequest.getDefaultInstance(), answer -> answer);
  }

  /** The next call of a round robin over two goes to the first again after two. */
  private void untilTheNextGoesToTheFirst(Calls calls) {
    int before = first.received(KVGrpc.getRangeMethod()).size();
    get(calls);
    if (first.received(KVGrpc.getRangeMethod()).size() > before) {
      get(calls);
    }
  }

  @Test
  void aReadLeavesABlackHoleAfterASecond() {
    Calls calls = connect(first, second);
    untilTheNextGoesToTheFirst(calls);
    first.bridge().blackhole();

    long start = System.nanoTime();
    get(calls);
    Duration took = Duration.ofNanos(System.nanoTime() - start);

    assertThat(took).isBetween(Duration.ofMillis(500), Duration.ofSeconds(4));
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .anySatisfy(event -> assertThat(event.toString()).contains("silent: ")));
    assertThat(connected(connection)).isEqualTo(1);
  }

  @Test
  void aWriteInABlackHoleEndsAsUnknownLongBeforeItsDeadline() {
    Calls calls = connect(first, second);
    untilTheNextGoesToTheFirst(calls);
    first.bridge().blackhole();

    long start = System.nanoTime();
    var thrown =
        catchThrowableOfType(OutcomeUnknownException.class, () -> Blocking.await(put(calls)));

    assertThat(thrown.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(thrown)
        .hasMessageContaining("silent: calls were waiting")
        .hasMessageContaining(first.endpoint());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    Blocking.await(put(calls));
  }

  @Test
  void anEndpointThatIsBackIsUsedAgain() {
    Calls calls = connect(first, second);
    untilTheNextGoesToTheFirst(calls);
    first.bridge().blackhole();
    get(calls);

    first.bridge().heal();

    await().atMost(Duration.ofSeconds(15)).until(() -> connected(connection) == 2);
    int before = first.received(KVGrpc.getRangeMethod()).size();
    get(calls);
    get(calls);
    assertThat(first.received(KVGrpc.getRangeMethod())).hasSize(before + 1);
  }

  @Test
  void aCallThatTakesLongDoesNotMakeItsEndpointSilent() {
    first.on(KVGrpc.getPutMethod(), (request, call) -> {});
    Calls calls = connect(first, second);
    untilTheNextGoesToTheFirst(calls);

    CompletableFuture<PutResponse> slow = put(calls);
    int asked = first.received(MaintenanceGrpc.getStatusMethod()).size();
    first.awaitReceived(MaintenanceGrpc.getStatusMethod(), asked + 4); // some two seconds

    assertThat(slow).isNotDone();
    assertThat(connected(connection)).isEqualTo(2);
    first
        .calls(KVGrpc.getPutMethod())
        .forEach(call -> call.reply(PutResponse.getDefaultInstance()));
    Blocking.await(slow);
    assertThat(events).noneMatch(ConnectionEvent.Disconnected.class::isInstance);
  }

  @Test
  void aReadThatOnlyOneMemberDoesNotAnswerMovesOn() {
    first.on(KVGrpc.getRangeMethod(), (request, call) -> {});
    Calls calls = connect(first, second);

    CompletableFuture<?> reads =
        CompletableFuture.allOf(
            IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> repeat(calls)))
                .toArray(CompletableFuture[]::new));

    assertThat(reads).succeedsWithin(Duration.ofSeconds(9));
    assertThat(connected(connection)).isEqualTo(2);
    assertThat(events)
        .anySatisfy(
            event ->
                assertThat(event)
                    .isEqualTo(
                        new ConnectionEvent.Rotated(
                            "get", Endpoint.parse(first.endpoint()), Code.UNAVAILABLE)));
  }

  private static void repeat(Calls calls) {
    for (int i = 0; i < 3; i++) {
      get(calls);
    }
  }

  @Test
  void aReadThatNoMemberAnswersStaysWhereItIs() {
    for (ScriptedServer server : servers) {
      server.on(KVGrpc.getRangeMethod(), (request, call) -> {});
    }
    Calls calls = connect(first, second);
    Calls patient = calls.with(calls.settings().with(call -> call.timeout(Duration.ofSeconds(3))));

    assertThatThrownBy(() -> get(patient))
        .isInstanceOfSatisfying(
            EtcdException.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
              assertThat(e.attempts()).isEqualTo(1);
            });
  }

  @Test
  void theOnlyEndpointIsGivenLonger() {
    Calls calls = connect(first);
    first.bridge().blackhole();

    long start = System.nanoTime();
    var thrown =
        catchThrowableOfType(OutcomeUnknownException.class, () -> Blocking.await(put(calls)));

    assertThat(thrown).hasMessageContaining("silent: ");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(3));
  }

  @Test
  void aQuietStreamOnADeadConnectionEnds() {
    Calls calls = connect(first, second);
    CompletableFuture<@Nullable EtcdException> end = new CompletableFuture<>();
    RpcStream<LeaseKeepAliveRequest> stream =
        calls.open(
            KEEP_ALIVE,
            Runnable::run,
            new StreamListener<>() {
              @Override
              public void onMessage(LeaseKeepAliveResponse message) {}

              @Override
              public void onEnd(@Nullable EtcdException failure) {
                end.complete(failure);
              }
            });
    stream.send(LeaseKeepAliveRequest.newBuilder().setID(1).build());
    await().until(() -> stream.endpoint().isPresent());
    ScriptedServer its =
        stream.endpoint().orElseThrow().toString().equals(first.endpoint()) ? first : second;
    its.awaitReceived(LeaseGrpc.getLeaseKeepAliveMethod(), 1);

    its.bridge().blackhole();

    assertThat(end)
        .succeedsWithin(Duration.ofSeconds(20))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
              assertThat(failure).hasMessageContaining("silent: ");
            });
  }

  @Test
  void theTimesAreChecked() {
    assertThatThrownBy(
            () -> Connection.builder().silence(Duration.ofMillis(99), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threshold must be PT0.1S to PT1H, was PT0.099S");
    assertThatThrownBy(() -> Connection.builder().silence(Duration.ofSeconds(1), Duration.ZERO))
        .hasMessage("probe must be PT0.1S to PT1H, was PT0S");
  }
}
