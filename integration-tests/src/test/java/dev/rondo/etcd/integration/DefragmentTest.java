package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Members give space back while they are in use. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class DefragmentTest {
  private static final int CALLERS = 4;
  private static final int MEBIBYTES = Lengths.of(48, 512);

  @Parameter EtcdBackend backend;

  @Test
  void c35_noCallFailsWhileEachMemberInTurnIsDefragmented() {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Etcd client = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      await().until(() -> AllConnected.of(client.connection()));
      fill(client.kv());
      KvClient kv = client.kv().with(call -> call.timeout(Duration.ofSeconds(5)));

      try (Load load = Load.start(kv, "defragment/", CALLERS, CALLERS)) {
        await().until(() -> load.successes() > 100);
        long start = System.nanoTime();
        cluster.endpoints().forEach(client.maintenance()::defragment);
        long took = System.nanoTime() - start;
        List<Load.Call> calls = load.stop();

        assertThat(calls).filteredOn(call -> !call.hasSucceeded()).isEmpty();
        load.assertAppliedAtMostOnce(calls);
        System.out.printf(
            "[figure] %s, three members of %d MiB defragmented in %d ms:"
                + " longest of %d calls %d ms%n",
            backend,
            MEBIBYTES,
            Duration.ofNanos(took).toMillis(),
            calls.size(),
            calls.stream().mapToLong(call -> call.took().toMillis()).max().orElseThrow());
      }
    }
  }

  private static void fill(KvClient kv) {
    byte[] value = new byte[1 << 20];
    new Random(1).nextBytes(value);
    for (int i = 0; i < MEBIBYTES; i++) {
      kv.put(Bytes.utf8("large/" + i), Bytes.of(value));
    }
  }
}
