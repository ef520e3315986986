package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What closed watches leave on a server that counts them, as etcd does. */
@Timeout(120)
class WatchCountTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static List<EtcdBackend> backends() {
    return EtcdBackend.real();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void w16_closedWatchesAreGoneFromTheServer(EtcdBackend backend)
      throws IOException, InterruptedException {
    try (var cluster = backend.cluster().start();
        var client = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      var watches = new ArrayList<Watch>();
      for (int i = 0; i < 10; i++) {
        watches.add(client.kv().watch(KeyRange.all(), options -> {}, batch -> {}));
      }
      assertThat(watchers(cluster)).isEqualTo(10);

      watches.subList(0, 9).forEach(Watch::close);

      await().atMost(PATIENCE).until(() -> watchers(cluster) == 1);
      watches.get(9).close();
      await().atMost(PATIENCE).until(() -> watchers(cluster) == 0);
    }
  }

  private static int watchers(EtcdCluster cluster) throws IOException, InterruptedException {
    URI metrics = URI.create(cluster.member(0).directEndpoint() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("etcd_debugging_mvcc_watcher_total "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }
}
