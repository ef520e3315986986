package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All modules, and nothing on the class path. */
@Timeout(120)
class ModulePathTest {
  @Test
  void theQuickStartRunsOnTheModulePath() throws Exception {
    try (EtcdCluster cluster = EtcdBackend.any().cluster().members(3).start()) {
      QuickStartJvm.Ended ended = QuickStartJvm.run(List.of(), cluster.endpoints());

      assertThat(ended.output().lines().toList())
          .startsWith("order 17 is paid", "shipped: true", "workers: 1")
          .filteredOn(line -> line.startsWith("member "))
          .containsExactlyInAnyOrderElementsOf(
              cluster.members().stream()
                  .map(member -> "member " + member.name() + " [" + member.endpoint() + "]")
                  .toList());
      assertThat(ended.code()).isZero();
      try (Etcd etcd = Etcd.builder().endpoints(cluster.endpoints()).build()) {
        assertThat(etcd.kv().get("orders/17").orElseThrow().value().utf8()).isEqualTo("shipped");
        assertThat(etcd.kv().get(KeyRange.prefix("workers/")).kvs()).isEmpty();
      }
    }
  }
}
