package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.testing.TcpBridge;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is left of a connection that was closed. */
class LeakTest {
  @Test
  @Timeout(180)
  void aThousandConnectionsLeaveNoThreadAndNoSocket() {
    try (ScriptedServer server = ScriptedServer.start();
        TcpBridge bridge = TcpBridge.to("127.0.0.1", server.port())) {
      server.on(
          KVGrpc.getRangeMethod(),
          (request, call) -> call.reply(RangeResponse.getDefaultInstance()));

      for (int i = 0; i < 1_000; i++) {
        try (Connection connection =
            Connection.builder()
                .endpoints("http://127.0.0.1:" + bridge.port(), "http://127.0.0.1:1")
                .build()) {
          Blocking.await(
              Calls.over(connection)
                  .async()
                  .call(GET, RangeRequest.getDefaultInstance(), answer -> answer));
        }
      }

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                assertThat(threadsOfConnections()).isEmpty();
                assertThat(bridge.connections()).isZero();
              });
      assertThat(bridge.accepted()).isGreaterThanOrEqualTo(1_000);
    }
    // gRPC shares its loops among channels, and ends them a second after the last one is gone
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(threads("grpc-")).isEmpty());
  }

  private static List<String> threadsOfConnections() {
    return threads("rondo-");
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }
}
