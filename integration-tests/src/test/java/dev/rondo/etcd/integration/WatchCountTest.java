package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  @ParameterizedTest
  @MethodSource("backends")
  void tenThousandWatchesThatWereClosedLeaveNothing(EtcdBackend backend)
      throws IOException, InterruptedException {
    try (var cluster = backend.cluster().start();
        var client = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      var watches = open(client, 10_000);
      assertThat(watchers(cluster)).isEqualTo(10_000);
      List<WeakReference<Watch>> traces = watches.stream().map(WeakReference::new).toList();

      watches.forEach(Watch::close);
      watches.clear();

      await().atMost(PATIENCE).until(() -> watchers(cluster) == 0);
      await().atMost(PATIENCE).until(() -> streams(cluster) == 0);
      await().atMost(PATIENCE).until(() -> client.connection().endpoints().get(0).inFlight() == 0);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                System.gc();
                return traces.stream().allMatch(trace -> trace.get() == null);
              });
    }
  }

  private static List<Watch> open(Etcd client, int count) {
    var created = new ArrayList<CompletableFuture<Watch>>();
    for (int i = 0; i < count; i++) {
      created.add(client.kv().async().watch(KeyRange.key("key" + i), options -> {}, batch -> {}));
    }
    return new ArrayList<>(created.stream().map(CompletableFuture::join).toList());
  }

  private static int watchers(EtcdCluster cluster) throws IOException, InterruptedException {
    return metric(cluster, "etcd_debugging_mvcc_watcher_total");
  }

  private static int streams(EtcdCluster cluster) throws IOException, InterruptedException {
    return metric(cluster, "etcd_debugging_mvcc_watch_stream_total");
  }

  private static int metric(EtcdCluster cluster, String name)
      throws IOException, InterruptedException {
    URI metrics = URI.create(cluster.member(0).directEndpoint() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }
}
