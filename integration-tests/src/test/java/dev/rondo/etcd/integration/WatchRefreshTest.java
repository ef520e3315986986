package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The client asks for progress about once a minute, which is too long for every run; with fake time
 * the same is in the unit tests of the watcher.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "rondo.long", matches = "true")
class WatchRefreshTest {
  private static final Duration A_MINUTE_AND_MORE = Duration.ofSeconds(90);

  /** Those whose answer does not overtake events. */
  static List<EtcdBackend> backends() {
    EtcdVersion first = new EtcdVersion(3, 5, 8);
    return EtcdBackend.all().stream()
        .filter(backend -> backend.version().compareTo(first) >= 0)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void w8_theProgressThatTheClientAsksForReachesOneWatchAndMany(EtcdBackend backend) {
    try (EtcdCluster cluster = backend.cluster().start();
        Etcd one = Etcd.builder().endpoints(cluster.endpoints()).build();
        Etcd many = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      var watches = new ArrayList<Watch>();
      watches.add(one.kv().watch(KeyRange.key("a"), options -> {}, batch -> {}));
      for (int i = 0; i < 20; i++) {
        watches.add(many.kv().watch(KeyRange.key("a"), options -> {}, batch -> {}));
      }
      Revision last = one.kv().put("b", "value").header().revision();

      await()
          .atMost(A_MINUTE_AND_MORE)
          .until(() -> watches.stream().allMatch(watch -> watch.revision().equals(last)));

      one.kv().compact(last);
      assertThat(watches).allMatch(watch -> watch.end().isEmpty());
    }
  }
}
