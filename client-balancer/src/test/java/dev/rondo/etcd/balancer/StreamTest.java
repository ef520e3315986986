package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.HAS_LEADER;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams on scripted servers that echo lease renewals. */
@Timeout(30)
class StreamTest {
  private static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
      Rpc.repeatable(
          "keep alive", LeaseGrpc.getLeaseKeepAliveMethod(), LeaseKeepAliveResponse::getHeader);

  private final List<ScriptedServer> servers =
      List.of(ScriptedServer.start(), ScriptedServer.start());
  private final Connection connection =
      Connection.builder()
          .endpoints(servers.stream().map(ScriptedServer::endpoint).toList())
          .build();
  private final Heard heard = new Heard();

  @BeforeEach
  void echo() {
    for (ScriptedServer server : servers) {
      server.on(
          LeaseGrpc.getLeaseKeepAliveMethod(),
          (request, call) ->
              call.send(
                  LeaseKeepAliveResponse.newBuilder().setID(request.getID()).setTTL(9).build()));
    }
    await().until(() -> connected(connection) == 2);
  }

  @AfterEach
  void close() {
    connection.close();
    servers.forEach(ScriptedServer::close);
  }

  private RpcStream<LeaseKeepAliveRequest> open(Calls calls) {
    return calls.open(KEEP_ALIVE, Runnable::run, heard);
  }

  private static LeaseKeepAliveRequest renewal(long id) {
    return LeaseKeepAliveRequest.newBuilder().setID(id).build();
  }

  private ScriptedServer serverOf(RpcStream<?> stream) {
    String endpoint = stream.endpoint().orElseThrow().toString();
    return servers.stream()
        .filter(server -> server.endpoint().equals(endpoint))
        .findAny()
        .orElseThrow();
  }

  @Test
  void messagesComeInOrderAndOnlyAsManyAsWereAskedFor() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    for (int i = 1; i <= 3; i++) {
      stream.send(renewal(i));
    }

    stream.request(2);

    await().until(() -> heard.ids.size() == 2);
    assertThat(heard.ids).containsExactly(1L, 2L);
    stream.request(1);
    await().until(() -> heard.ids.size() == 3);
    assertThat(
            serverOf(stream)
                .calls(LeaseGrpc.getLeaseKeepAliveMethod())
                .get(0)
                .headers()
                .get(HAS_LEADER))
        .isEqualTo("true");
    stream.cancel("done");
  }

  @Test
  void cancellingReachesTheServerAndIsHeard() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    stream.request(1);
    stream.send(renewal(1));
    await().until(() -> heard.ids.size() == 1);

    stream.cancel("enough");
    stream.send(renewal(2));
    stream.halfClose();

    assertThat(heard.end.join()).get().extracting(EtcdException::code).isEqualTo(Code.CANCELLED);
    await().until(() -> servers.stream().mapToLong(ScriptedServer::cancelledCalls).sum() == 1);
  }

  @Test
  void aStreamEndsWithItsServerAndSaysWhereItWas() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    stream.request(1);
    stream.send(renewal(1));
    await().until(() -> heard.ids.size() == 1);
    ScriptedServer server = serverOf(stream);

    server.stop();

    EtcdException end = heard.end.join().orElseThrow();
    assertThat(end.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(end.endpoint()).contains(server.endpoint());
  }

  @Test
  void aStreamThatTheServerEndsInGoodOrderEndsWithoutAFailure() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    stream.request(1);
    stream.send(renewal(1));
    await().until(() -> heard.ids.size() == 1);

    serverOf(stream).calls(LeaseGrpc.getLeaseKeepAliveMethod()).get(0).complete();

    assertThat(heard.end.join()).isEmpty();
  }

  @Test
  void aStreamLeavesAnEndpointThatIsTakenOutOfTheList() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    stream.request(1);
    stream.send(renewal(1));
    await().until(() -> heard.ids.size() == 1);
    String other =
        servers.stream()
            .filter(server -> server != serverOf(stream))
            .findAny()
            .orElseThrow()
            .endpoint();

    connection.endpoints(List.of(other));

    assertThat(heard.end.join())
        .get()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("the endpoint was taken out of the list");
  }

  @Test
  void aStreamPassesOverTheEndpointsThatItShallAvoid() {
    Endpoint avoided = Endpoint.parse(servers.get(0).endpoint());
    for (int i = 0; i < 5; i++) {
      RpcStream<LeaseKeepAliveRequest> stream =
          open(Calls.over(connection).avoiding(Set.of(avoided)));
      stream.send(renewal(1));
      await().until(() -> stream.endpoint().isPresent());

      assertThat(stream.endpoint()).isNotEqualTo(Optional.of(avoided));
    }
  }

  @Test
  void closingTheConnectionEndsItsStreams() {
    RpcStream<LeaseKeepAliveRequest> stream = open(Calls.over(connection));
    stream.send(renewal(1));

    connection.close();

    assertThat(heard.end.join()).get().extracting(EtcdException::code).isEqualTo(Code.CLOSED);
  }

  /** What a stream told. */
  private static final class Heard implements StreamListener<LeaseKeepAliveResponse> {
    private final List<Long> ids = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Optional<EtcdException>> end = new CompletableFuture<>();

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
