package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections are cut at random under writers. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.testing.EtcdBackend#all")
@Timeout(300)
class AtMostOnceTest {
  @Parameter EtcdBackend backend;

  static long[] seeds() {
    return Lengths.seeds();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void k14_noWriteIsAppliedTwiceAndNoneThatWasAcknowledgedIsLost(long seed) {
    Random random = new Random(seed);
    int cuts = Lengths.of(100, 400);
    try (EtcdCluster cluster = backend.cluster().members(3).bridged().start();
        Connection connection = Connection.builder().endpoints(cluster.endpoints()).build()) {
      KvClient kv = KvClient.over(connection);
      connection.awaitReady(Duration.ofSeconds(10));
      Load load = Load.start(kv, "cut/", 0, 8);

      for (int i = 0; i < cuts; i++) {
        long calls = load.successes();
        await()
            .pollInterval(Duration.ofMillis(5))
            .until(() -> load.successes() > calls + random.nextInt(40));
        cluster.member(random.nextInt(3)).bridge().cut();
      }
      List<Load.Call> calls = load.stop();

      List<Load.Call> unknown = Load.unknownWrites(calls);
      load.assertAppliedAtMostOnce(calls);
      assertThat(unknown).as("cuts that hit a call on its way").isNotEmpty();
      System.out.printf(
          "[figure] %s, seed %d: %d writes, %d cuts, %d unknown%n",
          backend, seed, calls.size(), cuts, unknown.size());
    }
  }
}
