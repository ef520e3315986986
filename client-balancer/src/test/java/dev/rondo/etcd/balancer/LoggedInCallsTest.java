package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.ConnectionTest.PUT;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static dev.rondo.etcd.balancer.GuardedServers.PASSWORD;
import static dev.rondo.etcd.balancer.GuardedServers.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthenticateRequest;
import dev.rondo.etcd.wire.AuthenticateResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of a user with a password, over two servers that want a token. */
@Timeout(30)
class LoggedInCallsTest {
  private final GuardedServers servers = new GuardedServers(2);
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final Connection connection =
      Connection.builder()
          .endpoints(servers.urls())
          .user(USER, PASSWORD)
          .listener(events::add)
          .build();

  @BeforeEach
  void connectAll() {
    await().until(() -> connected(connection) == 2);
  }

  @AfterEach
  void close() {
    connection.close();
    servers.close();
  }

  private CompletableFuture<RangeResponse> get() {
    return get(Calls.over(connection));
  }

  private static CompletableFuture<RangeResponse> get(Calls calls) {
    return calls.call(GET, RangeRequest.getDefaultInstance(), response -> response);
  }

  private static Calls within(Calls calls, Duration timeout) {
    return calls.with(calls.settings().with(call -> call.timeout(timeout)));
  }

  private CompletableFuture<PutResponse> put(String key) {
    return Calls.over(connection)
        .call(
            PUT,
            PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build(),
            response -> response);
  }

  private Stream<ScriptedCall<RangeRequest, RangeResponse>> gets() {
    return servers.all().stream().flatMap(server -> server.calls(KVGrpc.getRangeMethod()).stream());
  }

  private List<ScriptedCall<AuthenticateRequest, AuthenticateResponse>> logins() {
    return servers.all().stream()
        .flatMap(server -> server.calls(AuthGrpc.getAuthenticateMethod()).stream())
        .toList();
  }

  /** Leaves logins without an answer until the test gives one. */
  private void holdLogins() {
    servers
        .all()
        .forEach(server -> server.on(AuthGrpc.getAuthenticateMethod(), (request, call) -> {}));
  }

  private void failLogins(Status status) {
    servers
        .all()
        .forEach(
            server ->
                server.on(AuthGrpc.getAuthenticateMethod(), (request, call) -> call.fail(status)));
  }

  private static EtcdException failure(CompletableFuture<?> call) {
    return catchThrowableOfType(EtcdException.class, () -> Blocking.await(call));
  }

  @Test
  void theFirstCallLogsInAndAllCarryTheToken() {
    assertThat(servers.logins()).isZero();

    IntStream.range(0, 10).forEach(i -> Blocking.await(get()));

    assertThat(servers.logins()).isEqualTo(1);
    assertThat(logins().get(0).headers().containsKey(GuardedServers.TOKEN)).isFalse();
    assertThat(gets()).hasSize(10).extracting(GuardedServers::token).containsOnly("token-1");
  }

  @Test
  void manyCallsAtOnceShareOneLogin() {
    var calls = IntStream.range(0, 200).mapToObj(i -> get()).toList();

    calls.forEach(Blocking::await);

    assertThat(servers.logins()).isEqualTo(1);
  }

  @Test
  void twoHundredCallsOnAnExpiredTokenLogInOnce() {
    Blocking.await(get());
    servers.expire();

    var calls = IntStream.range(0, 200).mapToObj(i -> get()).toList();
    calls.forEach(Blocking::await);

    assertThat(servers.logins()).isEqualTo(2);
  }

  @Test
  void aWriteWhoseTokenIsRefusedIsDoneOnceAndBlamesNoEndpoint() {
    Blocking.await(put("a"));
    servers.expire();

    Blocking.await(put("b"));

    assertThat(servers.writes).containsExactly("a", "b");
    await()
        .untilAsserted(
            () ->
                assertThat(events)
                    .contains(new ConnectionEvent.Retried("put", 2, Code.INVALID_AUTH_TOKEN)));
    assertThat(events).noneMatch(event -> event instanceof ConnectionEvent.Rotated);
  }

  @ParameterizedTest
  @CsvSource({
    "UNAUTHENTICATED, etcdserver: invalid auth token, INVALID_AUTH_TOKEN, 3",
    "UNKNOWN, auth: invalid auth token, INVALID_AUTH_TOKEN, 3",
    "INVALID_ARGUMENT, etcdserver: revision of auth store is old, AUTH_OLD_REVISION, 11",
    "UNKNOWN, auth: revision in header is old, AUTH_OLD_REVISION, 11",
    "INVALID_ARGUMENT, etcdserver: user name is empty, USER_EMPTY, 3"
  })
  void aFreshTokenThatIsRefusedAgainEndsWithTheServersCode(
      Status.Code grpc, String text, Code code, int attempts) {
    for (ScriptedServer server : servers.all()) {
      server.on(
          KVGrpc.getPutMethod(),
          (request, call) -> call.fail(grpc.toStatus().withDescription(text)));
    }

    EtcdException failure = failure(put("a"));

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure).isExactlyInstanceOf(EtcdException.class).hasMessageContaining(text);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure.attempts()).isEqualTo(attempts);
    assertThat(servers.logins()).isEqualTo(attempts);
  }

  @Test
  void theLateRefusalOfAnOldTokenLogsInNoMore() {
    Blocking.await(get());
    servers.expire();
    for (ScriptedServer server : servers.all()) {
      server.on(KVGrpc.getPutMethod(), (request, call) -> {});
    }
    var late = put("late");
    await().until(() -> heldPuts() == 1);
    Blocking.await(get());
    assertThat(servers.logins()).isEqualTo(2);

    var held = puts().findFirst().orElseThrow();
    assertThat(GuardedServers.token(held)).isEqualTo("token-1");
    for (ScriptedServer server : servers.all()) {
      server.on(
          KVGrpc.getPutMethod(), (request, call) -> call.reply(PutResponse.getDefaultInstance()));
    }
    held.fail(GuardedServers.INVALID_TOKEN);
    Blocking.await(late);
    Blocking.await(get());

    assertThat(servers.logins()).isEqualTo(2);
    assertThat(puts())
        .extracting(GuardedServers::token)
        .containsExactlyInAnyOrder("token-1", "token-2");
  }

  private Stream<ScriptedCall<PutRequest, PutResponse>> puts() {
    return servers.all().stream().flatMap(server -> server.calls(KVGrpc.getPutMethod()).stream());
  }

  private long heldPuts() {
    return puts().filter(call -> !call.requests().isEmpty()).count();
  }

  @Test
  void aRefusedLoginFailsAllWhoWaitWithItsCode() {
    holdLogins();
    var calls = IntStream.range(0, 100).mapToObj(i -> get()).toList();
    await().until(() -> servers.logins() == 1);

    logins().get(0).fail(GuardedServers.AUTH_FAILED);

    assertThat(calls)
        .allSatisfy(
            call -> {
              EtcdException failure = failure(call);
              assertThat(failure.code()).isEqualTo(Code.AUTH_FAILED);
              assertThat(failure.attempts()).isZero();
              assertThat(failure)
                  .hasMessageStartingWith("get: not logged in: login: etcdserver: authentication")
                  .hasCauseInstanceOf(EtcdException.class);
            });
    assertThat(failure(get()).code()).isEqualTo(Code.AUTH_FAILED);
    assertThat(servers.logins()).isEqualTo(1);
    assertThat(gets()).isEmpty();
  }

  @Test
  void aPasswordThatIsPutRightIsTakenSoonAfter() {
    failLogins(GuardedServers.AUTH_FAILED);
    assertThat(failure(get()).code()).isEqualTo(Code.AUTH_FAILED);

    for (ScriptedServer server : servers.all()) {
      server.on(AuthGrpc.getAuthenticateMethod(), servers::logIn);
    }

    await()
        .atMost(Duration.ofSeconds(5))
        .ignoreExceptions()
        .until(() -> Blocking.await(get()), answer -> true);
  }

  @Test
  void cancellingACallThatWaitsLeavesTheLoginToTheOthers() {
    holdLogins();
    var first = get();
    var second = get();
    await().until(() -> servers.logins() == 1);

    first.cancel(true);
    assertThat(logins().get(0).isCancelled()).isFalse();
    servers.logIn(logins().get(0).requests().get(0), logins().get(0));

    Blocking.await(second);
    assertThat(gets()).hasSize(1);
    assertThat(servers.logins()).isEqualTo(1);
  }

  @Test
  void aCallWaitsNoLongerThanItsOwnDeadlineAndTheLoginGoesOn() {
    holdLogins();

    EtcdException failure = failure(get(within(Calls.over(connection), Duration.ofMillis(300))));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageStartingWith("get: not logged in within PT0.3S");
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(logins()).singleElement().matches(login -> !login.isCancelled());
    var second = get();
    servers.logIn(logins().get(0).requests().get(0), logins().get(0));
    Blocking.await(second);
    assertThat(servers.logins()).isEqualTo(1);
  }

  @Test
  void aLoginGoesOnToTheNextEndpoint() {
    servers
        .get(0)
        .on(
            AuthGrpc.getAuthenticateMethod(),
            (request, call) ->
                call.fail(Status.UNAVAILABLE.withDescription("etcdserver: no leader")));

    for (int i = 0; i < 2; i++) { // one of the two begins there
      Blocking.await(get());
      servers.expire();
    }

    assertThat(servers.get(0).received(AuthGrpc.getAuthenticateMethod())).isNotEmpty();
    assertThat(servers.get(1).received(AuthGrpc.getAuthenticateMethod())).hasSize(2);
  }

  @Test
  void aCallThatReachesNobodySaysWhy() {
    servers.all().forEach(ScriptedServer::stop);
    await().until(() -> connected(connection) == 0);

    EtcdException failure = failure(get(within(Calls.over(connection), Duration.ofMillis(300))));

    assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(failure)
        .hasMessageStartingWith("get: no endpoint could be reached within PT0.3S")
        .hasMessageContaining("Connection refused");
  }

  @Test
  void callsGoOnWithoutATokenWhereAuthIsOffAndLogInOnceItIsOn() {
    failLogins(
        Status.FAILED_PRECONDITION.withDescription("etcdserver: authentication is not enabled"));
    for (ScriptedServer server : servers.all()) {
      server.on(
          KVGrpc.getPutMethod(), (request, call) -> call.reply(PutResponse.getDefaultInstance()));
    }
    Blocking.await(put("a"));
    Blocking.await(put("b"));
    assertThat(servers.logins()).isEqualTo(1);
    assertThat(puts()).extracting(GuardedServers::token).containsOnlyNulls();

    for (ScriptedServer server : servers.all()) {
      server.on(AuthGrpc.getAuthenticateMethod(), servers::logIn);
    }
    Blocking.await(get()); // a server that wants a user

    assertThat(servers.logins()).isEqualTo(2);
  }

  @Test
  void aPinnedCallLogsInAnewToo() {
    Calls pinned = Calls.over(connection).at(Endpoint.parse(servers.urls().get(1)));
    Blocking.await(get(pinned));
    servers.expire();

    Blocking.await(get(pinned));

    assertThat(servers.get(1).calls(KVGrpc.getRangeMethod()))
        .extracting(GuardedServers::token)
        .containsExactly("token-1", "token-1", "token-2");
    assertThat(servers.get(0).calls(KVGrpc.getRangeMethod())).isEmpty();
  }

  @Test
  void aCallThatWaitsEndsWhenTheConnectionIsClosed() {
    holdLogins();
    var waiting = get();
    await().until(() -> servers.logins() == 1);

    connection.close();

    EtcdException failure = failure(waiting);
    assertThat(failure.code()).isEqualTo(Code.CLOSED);
    assertThat(failure).hasMessage("get: the client was closed [no endpoint, attempts 0]");
  }

  @Test
  void closingInGoodOrderLetsCallsLogInAndFinish() throws Exception {
    holdLogins();
    var waiting = get();
    await().until(() -> servers.logins() == 1);

    var closed = CompletableFuture.supplyAsync(() -> connection.close(Duration.ofSeconds(20)));
    await().until(() -> failure(get()).code() == Code.CLOSED);
    servers.logIn(logins().get(0).requests().get(0), logins().get(0));

    Blocking.await(waiting);
    assertThat(closed.get()).isTrue();
  }

  @Test
  void closingInGoodOrderLetsACallLogInAnew() throws Exception {
    Blocking.await(get());
    for (ScriptedServer server : servers.all()) {
      server.on(KVGrpc.getPutMethod(), (request, call) -> {});
    }
    var write = put("a");
    await().until(() -> heldPuts() == 1);

    var closed = CompletableFuture.supplyAsync(() -> connection.close(Duration.ofSeconds(20)));
    await().until(() -> failure(get()).code() == Code.CLOSED);
    for (ScriptedServer server : servers.all()) {
      server.on(
          KVGrpc.getPutMethod(), (request, call) -> call.reply(PutResponse.getDefaultInstance()));
    }
    puts().forEach(call -> call.fail(GuardedServers.INVALID_TOKEN));

    Blocking.await(write);
    assertThat(closed.get()).isTrue();
    assertThat(servers.logins()).isEqualTo(2);
  }

  @Test
  void withoutAUserNobodyLogsIn() {
    try (Connection nobody = Connection.builder().endpoints(servers.urls()).build()) {
      EtcdException failure = failure(get(Calls.over(nobody)));

      assertThat(failure.code()).isEqualTo(Code.USER_EMPTY);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(servers.logins()).isZero();
    }
  }

  @Test
  void aTokenFromElsewhereIsShownAndNeverRenewed() {
    try (Connection fixed =
        Connection.builder().endpoints(servers.urls()).token("from-elsewhere").build()) {
      EtcdException failure = failure(get(Calls.over(fixed)));

      assertThat(failure.code()).isEqualTo(Code.INVALID_AUTH_TOKEN);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(gets()).extracting(GuardedServers::token).containsExactly("from-elsewhere");
      assertThat(servers.logins()).isZero();
    }
  }

  @Test
  void aUserAndATokenExcludeEachOther() {
    assertThatThrownBy(() -> Connection.builder().user("a", "b").token("c"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a connection has either a user with a password or a token, was given both");
    assertThatThrownBy(() -> Connection.builder().token("c").user("a", "b".toCharArray()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesWhatCannotBeACredential() {
    Map<Runnable, String> mistakes =
        Map.of(
            () -> Connection.builder().user("", "b"),
            "user must have at least one character, was empty",
            () -> Connection.builder().user("a", new char[0]),
            "password must have at least one character, was empty",
            () -> Connection.builder().user("a", new char[] {'x', '\ud800'}),
            "password must be text, and has half a character",
            () -> Connection.builder().token(""),
            "token must have at least one character, was empty",
            () -> Connection.builder().token("two words"),
            "token must consist of visible ASCII characters, and has another one");

    assertThat(mistakes)
        .allSatisfy(
            (mistake, message) ->
                assertThatThrownBy(mistake::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message));
  }

  @Test
  void theCallerMayWipeItsOwnPasswordAtOnce() {
    char[] password = PASSWORD.toCharArray();
    ConnectionBuilder builder = Connection.builder().endpoints(servers.urls()).user(USER, password);
    Arrays.fill(password, 'x');

    try (Connection other = builder.build()) {
      Blocking.await(get(Calls.over(other)));
    }
  }
}
