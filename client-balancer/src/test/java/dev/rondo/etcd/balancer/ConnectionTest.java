package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one connection does over scripted servers, without faults. */
@Timeout(30)
class ConnectionTest {
  static final Rpc<RangeRequest, RangeResponse> GET =
      Rpc.read("get", KVGrpc.getRangeMethod(), RangeResponse::getHeader);
  static final Rpc<RangeRequest, RangeResponse> LOCAL_GET =
      Rpc.localRead("get", KVGrpc.getRangeMethod(), RangeResponse::getHeader);
  static final Rpc<PutRequest, PutResponse> PUT =
      Rpc.write("put", KVGrpc.getPutMethod(), PutResponse::getHeader);
  static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final List<ScriptedServer> servers =
      List.of(ScriptedServer.start(), ScriptedServer.start(), ScriptedServer.start());

  @AfterEach
  void stopServers() {
    servers.forEach(ScriptedServer::close);
  }

  private Connection connect() {
    return Connection.builder().endpoints(urls(servers)).build();
  }

  private static List<String> urls(List<ScriptedServer> servers) {
    return servers.stream().map(ScriptedServer::endpoint).toList();
  }

  private static RangeResponse get(Connection connection) {
    return Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  @Test
  void callsGoRoundAllEndpointsEvenly() {
    servers.forEach(
        server ->
            server.on(
                KVGrpc.getRangeMethod(),
                (request, call) -> call.reply(RangeResponse.getDefaultInstance())));
    try (Connection connection = connect()) {
      await().until(() -> connected(connection) == 3);

      IntStream.range(0, 300).forEach(i -> get(connection));

      assertThat(servers)
          .allSatisfy(server -> assertThat(server.received(KVGrpc.getRangeMethod())).hasSize(100));
    }
  }

  @Test
  void linearizableCallsRequireALeaderAndLocalOnesDoNot() {
    servers.forEach(
        server ->
            server.on(
                KVGrpc.getRangeMethod(),
                (request, call) -> call.reply(RangeResponse.getDefaultInstance())));
    try (Connection connection =
        Connection.builder().endpoints(servers.get(0).endpoint()).build()) {
      Calls calls = Calls.over(connection);

      Blocking.await(calls.call(GET, RangeRequest.getDefaultInstance(), response -> response));
      Blocking.await(
          calls.call(LOCAL_GET, RangeRequest.getDefaultInstance(), response -> response));

      assertThat(servers.get(0).calls(KVGrpc.getRangeMethod()))
          .extracting(call -> call.headers().get(HAS_LEADER))
          .containsExactly("true", null);
    }
  }

  @Test
  void aClosedConnectionSaysSoAtOnce() {
    Connection connection = connect();
    connection.close();
    connection.close();

    assertThatThrownBy(() -> get(connection))
        .isInstanceOfSatisfying(
            EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED))
        .hasMessage("get: the client was closed [no endpoint, attempts 0]");
    assertThatThrownBy(() -> connection.awaitReady(Duration.ofSeconds(5)))
        .hasMessageContaining("the client was closed");
  }

  @Test
  void closeEndsCallsThatAreOnTheirWay() {
    servers.forEach(server -> server.on(KVGrpc.getRangeMethod(), (request, call) -> {}));
    Connection connection = connect();
    CompletableFuture<RangeResponse> call =
        Calls.over(connection)
            .async()
            .call(GET, RangeRequest.getDefaultInstance(), response -> response);
    await().until(() -> servers.stream().anyMatch(server -> !server.calls().isEmpty()));

    connection.close();

    assertThatThrownBy(call::get).hasMessageContaining("the client was closed");
  }

  @Test
  void aPatientCloseWaitsForThem() {
    servers.forEach(server -> server.on(KVGrpc.getRangeMethod(), (request, call) -> {}));
    Connection connection = connect();
    CompletableFuture<RangeResponse> call =
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response);
    await().until(() -> servers.stream().anyMatch(server -> !server.calls().isEmpty()));

    CompletableFuture<Boolean> closing =
        CompletableFuture.supplyAsync(() -> connection.close(Duration.ofSeconds(20)));
    await().until(() -> isClosing(connection));
    servers.stream()
        .flatMap(server -> server.calls(KVGrpc.getRangeMethod()).stream())
        .forEach(waiting -> waiting.reply(RangeResponse.getDefaultInstance()));

    assertThat(closing.join()).isTrue();
    assertThat(call).isCompleted();
  }

  private static boolean isClosing(Connection connection) {
    try {
      Calls.over(connection)
          .call(GET, RangeRequest.getDefaultInstance(), response -> response)
          .getNow(null);
      return false;
    } catch (java.util.concurrent.CompletionException e) {
      return true;
    }
  }

  @Test
  void cancellingTheFutureReachesTheServer() {
    servers.forEach(server -> server.on(KVGrpc.getRangeMethod(), (request, call) -> {}));
    try (Connection connection = connect()) {
      CompletableFuture<RangeResponse> call =
          Calls.over(connection)
              .async()
              .call(GET, RangeRequest.getDefaultInstance(), response -> response);
      await().until(() -> servers.stream().anyMatch(server -> !server.calls().isEmpty()));

      call.cancel(true);

      await().until(() -> servers.stream().mapToLong(ScriptedServer::cancelledCalls).sum() == 1);
    }
  }

  @Test
  void interruptingTheCallerReachesTheServer() throws InterruptedException {
    servers.forEach(server -> server.on(KVGrpc.getRangeMethod(), (request, call) -> {}));
    try (Connection connection = connect()) {
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  get(connection);
                } catch (EtcdException e) {
                  assertThat(Thread.currentThread().isInterrupted()).isTrue();
                  thrown.complete(e);
                }
              });
      caller.start();
      await().until(() -> servers.stream().anyMatch(server -> !server.calls().isEmpty()));

      caller.interrupt();

      assertThat(thrown.join())
          .isInstanceOfSatisfying(
              EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
      caller.join();
      await().until(() -> servers.stream().mapToLong(ScriptedServer::cancelledCalls).sum() == 1);
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefusedWithATypedError() {
    servers
        .get(0)
        .on(
            KVGrpc.getRangeMethod(),
            (request, call) ->
                call.reply(
                    RangeResponse.newBuilder()
                        .addKvs(
                            KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[2_000])))
                        .build()));
    try (Connection connection =
        Connection.builder().endpoints(servers.get(0).endpoint()).maxAnswerBytes(1_000).build()) {
      assertThatThrownBy(() -> get(connection))
          .isInstanceOfSatisfying(
              EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.ANSWER_TOO_LARGE))
          .hasMessageContaining("exceeds maximum size");
    }
    assertThatThrownBy(() -> Connection.builder().maxAnswerBytes(0))
        .hasMessage("maxAnswerBytes must be at least 1, was 0");
  }

  @Test
  void aBlockingCallInsideACallbackWorks() {
    servers.forEach(
        server ->
            server.on(
                KVGrpc.getRangeMethod(),
                (request, call) -> call.reply(RangeResponse.getDefaultInstance())));
    try (Connection connection = connect()) {
      CompletableFuture<RangeResponse> second =
          Calls.over(connection)
              .async()
              .call(GET, RangeRequest.getDefaultInstance(), response -> response)
              .thenApply(first -> get(connection));

      assertThat(second).succeedsWithin(Duration.ofSeconds(10));
    }
  }

  @Test
  void aFailureShowsWhereItsCallerWaited() {
    try (Connection connection = connect()) {
      assertThatThrownBy(() -> get(connection))
          .isInstanceOfSatisfying(
              EtcdException.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.UNIMPLEMENTED);
                assertThat(e.getStackTrace()[0].getMethodName()).isEqualTo("get");
              });
    }
  }

  static long connected(Connection connection) {
    return connection.endpoints().stream()
        .filter(status -> status.state() == EndpointStatus.State.CONNECTED)
        .count();
  }
}
