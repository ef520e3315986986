package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.RangeResult;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten thousand callers wait for a cluster that is down. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(180)
class CrowdTest {
  private static final int CALLERS = 10_000;
  private static final Duration DOWN = Lengths.of(Duration.ofSeconds(6), Duration.ofSeconds(20));

  @Parameter EtcdBackend backend;

  /** How often each member's door was knocked at so far. */
  private static List<Long> knocks(EtcdCluster cluster) {
    return cluster.members().stream().map(member -> member.bridge().accepted()).toList();
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static int ownThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("rondo-"))
            .count();
  }

  @Test
  void allAreServedSoonAfterItIsBackAndCostLittleMeanwhile() {
    try (EtcdCluster cluster = backend.cluster().members(3).bridged().start();
        Connection connection = Connection.builder().endpoints(cluster.endpoints()).build()) {
      AsyncKvClient kv =
          KvClient.over(connection).with(call -> call.timeout(Duration.ofMinutes(1))).async();
      await().until(() -> AllConnected.of(connection));
      kv.get(KeyRange.key("a")).join();
      cluster.members().forEach(EtcdMember::kill);
      await().until(() -> connection.endpoints().stream().noneMatch(CrowdTest::isConnected));
      long memoryBefore = usedMemory();

      List<CompletableFuture<RangeResult>> calls =
          IntStream.range(0, CALLERS).mapToObj(i -> kv.get(KeyRange.key("a"))).toList();
      List<List<Long>> everySecond = new ArrayList<>();
      for (long second = 0; second <= DOWN.toSeconds(); second++) {
        everySecond.add(knocks(cluster));
        await().pollDelay(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(10)).until(() -> true);
      }
      int threads = ownThreads();
      long memory = usedMemory() - memoryBefore;
      cluster.members().forEach(EtcdMember::restart);
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> cluster.members().stream().anyMatch(EtcdMember::isServing));
      long back = System.nanoTime();
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
      Duration served = Duration.ofNanos(System.nanoTime() - back);

      System.out.printf(
          "[figure] %s, crowd of %d: %d threads, %d KiB, knocks each second %s%n",
          backend, CALLERS, threads, memory / 1024, everySecond);
      assertThat(threads).isLessThan(10);
      assertThat(memory).isLessThan(CALLERS * 16L * 1024);
      for (int i = 0; i < 3; i++) {
        long knocks = everySecond.get(everySecond.size() - 1).get(i) - everySecond.get(2).get(i);
        // a second on this clock may be a little longer than one
        assertThat(knocks).isLessThanOrEqualTo(3L * (DOWN.toSeconds() - 2) + 2);
      }
      new Figure(backend + ", crowd: all served after the cluster is back", Duration.ofSeconds(3))
          .check(served, Duration.ZERO);
    }
  }

  private static boolean isConnected(EndpointStatus status) {
    return status.state() == EndpointStatus.State.CONNECTED;
  }
}
