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
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table of retry rules, row by row, over three scripted servers that count what reaches them.
 */
@Timeout(30)
class RetryTest {
  private final List<ScriptedServer> servers =
      List.of(ScriptedServer.start(), ScriptedServer.start(), ScriptedServer.start());
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final List<Integer> visits = new CopyOnWriteArrayList<>();
  private final Connection connection =
      Connection.builder()
          .endpoints(servers.stream().map(ScriptedServer::endpoint).toList())
          .listener(events::add)
          .build();

  @BeforeEach
  void connectAll() {
    await().until(() -> connected(connection) == 3);
  }

  @AfterEach
  void close() {
    connection.close();
    servers.forEach(ScriptedServer::close);
  }

  /** Fails the first {@code failures} calls, wherever they arrive, and answers those after. */
  private void fail(int failures, Status status) {
    AtomicInteger calls = new AtomicInteger();
    for (int i = 0; i < servers.size(); i++) {
      int server = i;
      servers
          .get(i)
          .on(
              KVGrpc.getRangeMethod(),
              (request, call) -> {
                visits.add(server);
                if (calls.getAndIncrement() < failures) {
                  call.fail(status);
                } else {
                  call.reply(RangeResponse.getDefaultInstance());
                }
              });
      servers
          .get(i)
          .on(
              KVGrpc.getPutMethod(),
              (request, call) -> {
                visits.add(server);
                if (calls.getAndIncrement() < failures) {
                  call.fail(status);
                } else {
                  call.reply(PutResponse.getDefaultInstance());
                }
              });
    }
  }

  private void get() {
    Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  private void put() {
    put(Calls.over(connection));
  }

  private static void put(Calls calls) {
    Blocking.await(calls.call(PUT, PutRequest.getDefaultInstance(), response -> response));
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, etcdserver: no leader",
    "UNAVAILABLE, etcdserver: leader changed",
    "UNAVAILABLE, etcdserver: request timed out",
    "UNAVAILABLE, etcdserver: server stopped",
    "UNAVAILABLE, etcdserver: rpc not supported for learner",
    "FAILED_PRECONDITION, etcdserver: rpc not supported for learner",
    "RESOURCE_EXHAUSTED, etcdserver: too many requests",
    "UNKNOWN, context deadline exceeded",
    "UNAVAILABLE, anything the transport says"
  })
  void readsGoOnToTheNextEndpoint(Status.Code code, String text) {
    fail(2, code.toStatus().withDescription(text));

    get();

    assertThat(visits).hasSize(3).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, etcdserver: no leader",
    "RESOURCE_EXHAUSTED, etcdserver: too many requests",
    "UNAVAILABLE, etcdserver: rpc not supported for learner",
    "FAILED_PRECONDITION, etcdserver: not leader",
    "UNKNOWN, raft proposal dropped"
  })
  void writesThatWereRefusedBeforeBeingProposedGoOnToo(Status.Code code, String text) {
    fail(2, code.toStatus().withDescription(text));

    put();

    assertThat(visits).hasSize(3).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, etcdserver: request timed out, TIMEOUT",
    "UNAVAILABLE, etcdserver: server stopped, STOPPED",
    "UNAVAILABLE, anything the transport says, UNAVAILABLE",
    "DEADLINE_EXCEEDED, etcdserver: context deadline exceeded, SERVER_DEADLINE_EXCEEDED",
    "CANCELLED, context canceled, SERVER_CANCELED",
    "UNKNOWN, anything else, UNKNOWN",
    "INTERNAL, anything else, INTERNAL"
  })
  void writesOfUnknownOutcomeAreNotRepeated(Status.Code code, String text, Code expected) {
    fail(1, code.toStatus().withDescription(text));

    var thrown = catchThrowableOfType(OutcomeUnknownException.class, this::put);

    assertThat(thrown.code()).isEqualTo(expected);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.UNKNOWN);
    assertThat(thrown.attempts()).isEqualTo(1);
    assertThat(thrown.endpoint()).contains(servers.get(visits.get(0)).endpoint());
    assertThat(thrown).hasMessageStartingWith("put: " + text);
    assertThat(visits).hasSize(1);
  }

  @Test
  void writesThatTheCallerCallsIdempotentAreRepeated() {
    fail(1, Status.UNAVAILABLE.withDescription("etcdserver: request timed out"));
    Calls calls = Calls.over(connection);

    put(calls.with(calls.settings().with(settings -> settings.idempotent(true))));

    assertThat(visits).hasSize(2);
  }

  @Test
  void anIdempotentWriteThatEndsBadlyStillSaysThatItMayHaveBeenApplied() {
    AtomicInteger calls = new AtomicInteger();
    for (ScriptedServer server : servers) {
      server.on(
          KVGrpc.getPutMethod(),
          (request, call) ->
              call.fail(
                  calls.getAndIncrement() == 0
                      ? Status.UNAVAILABLE.withDescription("etcdserver: request timed out")
                      : Status.RESOURCE_EXHAUSTED.withDescription(
                          "etcdserver: mvcc: database space exceeded")));
    }
    Calls once = Calls.over(connection);

    var thrown =
        catchThrowableOfType(
            OutcomeUnknownException.class,
            () -> put(once.with(once.settings().with(settings -> settings.idempotent(true)))));

    assertThat(thrown.code()).isEqualTo(Code.NO_SPACE);
    assertThat(thrown.attempts()).isEqualTo(2);
    assertThat(thrown.getSuppressed()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "PERMISSION_DENIED, etcdserver: permission denied, PERMISSION_DENIED",
    "OUT_OF_RANGE, etcdserver: mvcc: required revision has been compacted, COMPACTED",
    "INVALID_ARGUMENT, etcdserver: key is not provided, EMPTY_KEY",
    "NOT_FOUND, a text that nobody knows, NOT_FOUND",
    "UNKNOWN, a text that nobody knows, UNKNOWN",
    "UNIMPLEMENTED, unknown service, UNIMPLEMENTED"
  })
  void anythingElseFailsAtOnceWithItsCodeAndText(Status.Code code, String text, Code expected) {
    fail(1, code.toStatus().withDescription(text));

    var thrown = catchThrowableOfType(EtcdException.class, this::get);

    assertThat(thrown.code()).isEqualTo(expected);
    assertThat(thrown).hasMessageContaining(text);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(visits).hasSize(1);
  }

  @Test
  void laterLapsWaitAndVisitEveryEndpointAgain() {
    fail(7, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));

    get();

    assertThat(visits).hasSize(8);
    assertThat(visits.subList(0, 3)).doesNotHaveDuplicates();
    assertThat(visits.subList(3, 6)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void aCallBeginsAtTheNextEndpointHoweverOftenTheOneBeforeWasRepeated(int failures) {
    for (int i = 0; i < 3; i++) {
      fail(failures, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
      get();
    }

    assertThat(visits).hasSize(3 * (failures + 1));
    assertThat(List.of(visits.get(0), visits.get(failures + 1), visits.get(2 * failures + 2)))
        .doesNotHaveDuplicates();
  }

  @Test
  void whatOneEndpointRefusesIsSharedByTheOthers() {
    fail(0, Status.OK);
    servers
        .get(0)
        .on(
            KVGrpc.getRangeMethod(),
            (request, call) ->
                call.fail(Status.UNAVAILABLE.withDescription("etcdserver: no leader")));

    IntStream.range(0, 300).forEach(i -> get());

    assertThat(servers.get(0).received(KVGrpc.getRangeMethod())).hasSize(100);
    assertThat(servers.get(1).received(KVGrpc.getRangeMethod())).hasSizeBetween(115, 185);
    assertThat(visits).hasSize(300);
  }

  @Test
  void retriesEndWithTheDeadlineAndTheLastReason() {
    fail(Integer.MAX_VALUE, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
    Calls calls = Calls.over(connection);

    assertThatThrownBy(
            () ->
                put(
                    calls.with(
                        calls.settings().with(call -> call.timeout(Duration.ofMillis(600))))))
        .isInstanceOfSatisfying(
            EtcdException.class,
            e -> {
              assertThat(e.code()).isIn(Code.NO_LEADER, Code.DEADLINE_EXCEEDED);
              assertThat(e.attempts()).isBetween(4, 60);
              assertThat(e.getSuppressed()).isNotEmpty();
            });
  }

  @Test
  void aWriteWithoutAnAnswerEndsUnknownAtItsDeadlineAndIsCancelledOnTheServer() {
    servers.forEach(server -> server.on(KVGrpc.getPutMethod(), (request, call) -> {}));
    Calls calls = Calls.over(connection);

    var thrown =
        catchThrowableOfType(
            OutcomeUnknownException.class,
            () ->
                put(
                    calls.with(
                        calls.settings().with(call -> call.timeout(Duration.ofMillis(300))))));

    assertThat(thrown.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(thrown).hasMessageContaining("no answer within PT0.3S");
    await().until(() -> servers.stream().mapToLong(ScriptedServer::cancelledCalls).sum() == 1);
  }

  @Test
  void aChangeThatMayBeRepeatedTellsThatAnEarlierAttemptMayHaveBeenApplied() {
    Rpc<LeaseGrantRequest, LeaseGrantResponse> grant =
        Rpc.repeatable("grant", LeaseGrpc.getLeaseGrantMethod(), LeaseGrantResponse::getHeader);
    AtomicInteger calls = new AtomicInteger();
    for (ScriptedServer server : servers) {
      server.on(
          LeaseGrpc.getLeaseGrantMethod(),
          (request, call) ->
              call.fail(
                  calls.getAndIncrement() == 0
                      ? Status.UNAVAILABLE.withDescription("etcdserver: request timed out")
                      : Status.FAILED_PRECONDITION.withDescription(
                          "etcdserver: lease already exists")));
    }

    var thrown =
        catchThrowableOfType(
            EtcdException.class,
            () ->
                Blocking.await(
                    Calls.over(connection)
                        .call(grant, LeaseGrantRequest.getDefaultInstance(), answer -> answer)));

    assertThat(thrown.code()).isEqualTo(Code.LEASE_EXIST);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.UNKNOWN);
  }

  @Test
  void aWriteThatWaitsToBeRepeatedAtTheCloseTellsThatItMayHaveBeenApplied() {
    fail(Integer.MAX_VALUE, Status.UNAVAILABLE.withDescription("etcdserver: request timed out"));
    Calls calls = Calls.over(connection);
    var write =
        calls
            .with(calls.settings().with(settings -> settings.idempotent(true)))
            .call(PUT, PutRequest.getDefaultInstance(), response -> response);
    await().until(() -> visits.size() >= 10); // from here on nearly all its time is pauses

    connection.close();

    var thrown = catchThrowableOfType(OutcomeUnknownException.class, () -> Blocking.await(write));
    assertThat(thrown.code()).isEqualTo(Code.CLOSED);
    assertThat(thrown.attempts()).isGreaterThanOrEqualTo(10);
    assertThat(thrown).hasMessageStartingWith("put: the client was closed [endpoint http://");
    assertThat(thrown.getSuppressed())
        .isNotEmpty()
        .allSatisfy(earlier -> assertThat(earlier).hasMessageContaining("request timed out"));
  }

  @Test
  void aWriteThatIsBeingRepeatedAtTheCloseTellsThatItMayHaveBeenApplied() {
    AtomicInteger calls = new AtomicInteger();
    for (ScriptedServer server : servers) {
      server.on(
          KVGrpc.getPutMethod(),
          (request, call) -> {
            if (calls.getAndIncrement() == 0) {
              call.fail(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
            }
          });
    }
    var write =
        Calls.over(connection).call(PUT, PutRequest.getDefaultInstance(), response -> response);
    await().until(() -> calls.get() == 2);

    connection.close();

    var thrown = catchThrowableOfType(OutcomeUnknownException.class, () -> Blocking.await(write));
    assertThat(thrown.code()).isEqualTo(Code.CLOSED);
    assertThat(thrown.attempts()).isEqualTo(2);
  }

  @Test
  void aPinnedCallGoesToItsEndpointAloneAndIsTriedOnce() {
    fail(Integer.MAX_VALUE, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
    Endpoint second = Endpoint.parse(servers.get(1).endpoint());

    assertThatThrownBy(() -> put(Calls.over(connection).at(second)))
        .isInstanceOf(EtcdException.class);

    assertThat(visits).containsExactly(1);
  }

  @Test
  void aPinnedCallToAnEndpointThatIsDownFailsAtOnceWithTheReason() {
    Endpoint second = Endpoint.parse(servers.get(1).endpoint());
    servers.get(1).stop();
    await().until(() -> connection.endpoints().get(1).state() == EndpointStatus.State.DISCONNECTED);

    assertThatThrownBy(() -> put(Calls.over(connection).at(second)))
        .isInstanceOfSatisfying(
            EtcdException.class, e -> assertThat(e.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED))
        .hasMessageContaining("Connection refused")
        .hasMessageContaining("endpoint " + second);
  }

  @Test
  void aPinnedCallToAnUnknownEndpointIsRefused() {
    assertThatThrownBy(() -> Calls.over(connection).at(Endpoint.parse("http://192.0.2.1:2379")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("endpoint must be one of")
        .hasMessageContaining("was http://192.0.2.1:2379");
  }

  @Test
  void theListenerHearsOfRotationAndRetry() {
    fail(1, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));

    get();

    Endpoint first = Endpoint.parse(servers.get(visits.get(0)).endpoint());
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .containsSubsequence(
                        new ConnectionEvent.Rotated("get", first, Code.NO_LEADER),
                        new ConnectionEvent.Retried("get", 2, Code.NO_LEADER)));
  }

  @Test
  void callsWaitForAnEndpointThatComesBack() {
    fail(0, Status.OK);
    servers.forEach(ScriptedServer::stop);
    await().until(() -> connected(connection) == 0);
    var waiting =
        Calls.over(connection).call(PUT, PutRequest.getDefaultInstance(), response -> response);

    servers.get(2).restart();

    Blocking.await(waiting);
    assertThat(visits).containsExactly(2);
  }

  @Test
  void aCallThatReachesNobodySaysWhyForEachEndpoint() {
    servers.forEach(ScriptedServer::stop);
    await().until(() -> connected(connection) == 0);
    Calls calls = Calls.over(connection);

    var thrown =
        catchThrowableOfType(
            EtcdException.class,
            () ->
                put(
                    calls.with(
                        calls.settings().with(call -> call.timeout(Duration.ofMillis(300))))));

    assertThat(thrown.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(thrown.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    for (ScriptedServer server : servers) {
      assertThat(thrown).hasMessageContaining(server.endpoint() + ": Connection refused");
    }
  }

  @Test
  void aCutConnectionMovesReadsAndLeavesWritesUnknown() {
    List<Integer> arrived = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      int server = i;
      servers
          .get(i)
          .on(
              KVGrpc.getRangeMethod(),
              (request, call) -> {
                synchronized (arrived) {
                  arrived.add(server);
                  if (arrived.size() > 1) {
                    call.reply(RangeResponse.getDefaultInstance());
                  }
                }
              });
      servers.get(i).on(KVGrpc.getPutMethod(), (request, call) -> visits.add(server));
    }
    var read =
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response);
    await().until(() -> arrived.size() == 1);
    servers.get(arrived.get(0)).stop();

    Blocking.await(read);

    assertThat(arrived).hasSize(2).doesNotHaveDuplicates();
    var write =
        Calls.over(connection).call(PUT, PutRequest.getDefaultInstance(), response -> response);
    await().until(() -> visits.size() == 1);
    servers.get(visits.get(0)).stop();
    assertThatThrownBy(() -> Blocking.await(write)).isInstanceOf(OutcomeUnknownException.class);
  }
}
