package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Other processes take all processors: nothing that is well may look silent. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(180)
class BusyMachineTest {
  private static final Duration LENGTH = Lengths.of(Duration.ofSeconds(8), Duration.ofSeconds(60));
  private static final int CALLERS = 8;

  @Parameter EtcdBackend backend;

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();

  @Test
  void noEndpointIsDisconnectedAndNoStormOfRepetitionsArises() throws Exception {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Connection connection =
            Connection.builder().endpoints(cluster.endpoints()).listener(events::add).build()) {
      await().until(() -> AllConnected.of(connection));
      events.clear();
      List<Process> others = takeAllProcessors();
      List<Load.Call> calls;
      try (Load load = Load.start(KvClient.over(connection), "busy/", CALLERS, CALLERS)) {
        await().pollDelay(LENGTH).atMost(LENGTH.plusSeconds(30)).until(() -> true);
        calls = load.stop();
      } finally {
        for (Process process : others) {
          process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
      }

      long repeated = events.stream().filter(ConnectionEvent.Retried.class::isInstance).count();
      System.out.printf(
          "[figure] %s, busy machine: %d calls, longest %d ms, %d repeated%n",
          backend,
          calls.size(),
          calls.stream().mapToLong(call -> call.took().toMillis()).max().orElse(0),
          repeated);
      assertThat(events).noneMatch(ConnectionEvent.Disconnected.class::isInstance);
      assertThat(Load.failures(calls, true)).isEmpty();
      assertThat(repeated).isLessThanOrEqualTo(calls.size() / 100);
    }
  }

  /** Two for each processor, as greedy as can be. */
  private static List<Process> takeAllProcessors() throws IOException {
    List<Process> others = new ArrayList<>();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      others.add(
          new ProcessBuilder("sh", "-c", "while :; do :; done")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    return others;
  }
}
