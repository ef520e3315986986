package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static dev.rondo.etcd.balancer.GuardedServers.PASSWORD;
import static dev.rondo.etcd.balancer.GuardedServers.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.ScriptedCall;
import dev.rondo.etcd.wire.AuthGrpc;
import dev.rondo.etcd.wire.AuthenticateRequest;
import dev.rondo.etcd.wire.AuthenticateResponse;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of a user with a password, over a server that wants a token. */
@Timeout(30)
class LoggedInStreamsTest {
  private static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
      Rpc.repeatable(
          "keep alive", LeaseGrpc.getLeaseKeepAliveMethod(), LeaseKeepAliveResponse::getHeader);

  private final GuardedServers servers = new GuardedServers(1);
  private final Connection connection =
      Connection.builder().endpoints(servers.urls()).user(USER, PASSWORD).build();
  private final Heard heard = new Heard();

  @BeforeEach
  void connect() {
    await().until(() -> connected(connection) == 1);
  }

  @AfterEach
  void close() {
    connection.close();
    servers.close();
  }

  private RpcStream<LeaseKeepAliveRequest> open(Heard listener) {
    return Calls.over(connection).open(KEEP_ALIVE, Runnable::run, listener);
  }

  private static LeaseKeepAliveRequest renewal(long id) {
    return LeaseKeepAliveRequest.newBuilder().setID(id).build();
  }

  private void holdLogins() {
    servers.get(0).on(AuthGrpc.getAuthenticateMethod(), (request, call) -> {});
  }

  private ScriptedCall<AuthenticateRequest, AuthenticateResponse> heldLogin() {
    await().until(() -> servers.logins() == 1);
    return servers.get(0).calls(AuthGrpc.getAuthenticateMethod()).get(0);
  }

  private void releaseLogin() {
    var login = heldLogin();
    servers.logIn(login.requests().get(0), login);
  }

  private List<ScriptedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> streams() {
    return servers.get(0).calls(LeaseGrpc.getLeaseKeepAliveMethod());
  }

  /** Opens a stream, and returns it once it has worked. */
  private RpcStream<LeaseKeepAliveRequest> working(Heard listener) {
    var stream = open(listener);
    stream.request(10);
    stream.send(renewal(1));
    await().until(() -> !listener.ids.isEmpty());
    return stream;
  }

  @Test
  void whatIsDoneWithAStreamBeforeTheLoginIsDoneAfterItInOrder() {
    holdLogins();
    var stream = open(heard);
    LongStream.range(0, 500).forEach(id -> stream.send(renewal(id)));
    stream.request(500);
    assertThat(stream.isReady()).isFalse();
    assertThat(stream.endpoint()).isEmpty();

    releaseLogin();
    LongStream.range(500, 1000).forEach(id -> stream.send(renewal(id)));
    stream.request(500);

    await().until(() -> heard.ids.size() == 1000);
    assertThat(heard.ids).containsExactlyElementsOf(LongStream.range(0, 1000).boxed().toList());
    assertThat(stream.endpoint()).contains(Endpoint.parse(servers.urls().get(0)));
    assertThat(stream.isReady()).isTrue();
    assertThat(heard.ready.join()).isTrue();
    assertThat(GuardedServers.token(streams().get(0))).isEqualTo("token-1");
  }

  @Test
  void aStreamThatIsHalfClosedBeforeTheLoginEndsInGoodOrder() {
    holdLogins();
    var stream = open(heard);
    stream.request(2);
    stream.send(renewal(1));
    stream.halfClose();

    releaseLogin();

    assertThat(heard.end.join()).isEmpty();
    assertThat(heard.ids).containsExactly(1L);
  }

  @Test
  void aStreamWithATokenAtHandStartsAtOnce() {
    working(new Heard());

    var second = open(heard);

    assertThat(second).isInstanceOf(GrpcStream.class);
    second.request(1);
    second.send(renewal(2));
    await().until(() -> heard.ids.size() == 1);
    assertThat(servers.logins()).isEqualTo(1);
  }

  @Test
  void cancellingAStreamThatWaitsEndsItAndLeavesTheLogin() {
    holdLogins();
    var stream = open(heard);
    heldLogin();

    stream.cancel("enough");
    stream.send(renewal(1));

    EtcdException end = heard.end.join().orElseThrow();
    assertThat(end.code()).isEqualTo(Code.CANCELLED);
    assertThat(end).hasMessage("keep alive: enough [no endpoint, attempts 0]");
    assertThat(heldLogin().isCancelled()).isFalse();
    releaseLogin();
    working(new Heard());
    assertThat(streams()).hasSize(1);
    assertThat(servers.logins()).isEqualTo(1);
  }

  @Test
  void aRefusedLoginEndsTheStreamWithItsCode() {
    holdLogins();
    open(heard);

    heldLogin().fail(GuardedServers.AUTH_FAILED);

    EtcdException end = heard.end.join().orElseThrow();
    assertThat(end.code()).isEqualTo(Code.AUTH_FAILED);
    assertThat(end).hasMessageStartingWith("keep alive: not logged in: login: etcdserver: auth");
  }

  @Test
  void aStreamWhoseTokenIsRefusedEndsAndTheNextOneLogsInAnew() {
    working(new Heard());
    servers.expire();
    var refused = new Heard();
    open(refused).send(renewal(2));

    assertThat(refused.end.join())
        .get()
        .extracting(EtcdException::code)
        .isEqualTo(Code.INVALID_AUTH_TOKEN);
    working(heard);

    assertThat(servers.logins()).isEqualTo(2);
    assertThat(streams())
        .extracting(GuardedServers::token)
        .containsExactly("token-1", "token-1", "token-2");
  }

  @Test
  void aTokenThatIsRefusedInAMessageIsRenewedForTheNextStream() {
    var stream = working(heard);

    stream.tokenRefused();
    working(new Heard());
    stream.tokenRefused(); // late, for the old one
    working(new Heard());

    assertThat(servers.logins()).isEqualTo(2);
    assertThat(streams())
        .extracting(GuardedServers::token)
        .containsExactly("token-1", "token-2", "token-2");
  }

  @Test
  void aStreamThatWaitsEndsWithTheConnection() {
    holdLogins();
    open(heard);
    heldLogin();

    connection.close();

    assertThat(heard.end.join()).get().extracting(EtcdException::code).isEqualTo(Code.CLOSED);
  }

  @Test
  void aStreamThatWaitsEndsAtOnceWhenTheConnectionIsClosedInGoodOrder() {
    holdLogins();
    open(heard);
    var login = heldLogin();

    var closed = CompletableFuture.supplyAsync(() -> connection.close(Duration.ofSeconds(20)));

    assertThat(heard.end.join())
        .get()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("the client was closed");
    servers.logIn(login.requests().get(0), login);
    assertThat(closed.join()).isTrue();
    assertThat(streams()).isEmpty();
  }

  /** What a stream told. */
  private static final class Heard implements StreamListener<LeaseKeepAliveResponse> {
    private final List<Long> ids = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CompletableFuture<Optional<EtcdException>> end = new CompletableFuture<>();

    @Override
    public void onReady() {
      ready.complete(true);
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse message) {
      ids.add(message.getID());
    }

    @Override
    public void onEnd(@Nullable EtcdException failure) {
      end.complete(Optional.ofNullable(failure));
    }
  }
}
