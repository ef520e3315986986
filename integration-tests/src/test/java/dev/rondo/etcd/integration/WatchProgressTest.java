package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What watches are told of progress by a server that tells of it ten times a second. */
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("clusters")
class WatchProgressTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String OFTEN = "--experimental-watch-progress-notify-interval=100ms";

  private final HeardEvents heard = new HeardEvents();
  private final EtcdCluster cluster;
  private Etcd client;
  private String prefix;

  WatchProgressTest(SharedCluster shared) {
    cluster = shared.cluster();
  }

  static Stream<SharedCluster> clusters() {
    return Lengths.backends().stream()
        .map(backend -> new SharedCluster(backend, backend.cluster().flag(OFTEN).start()));
  }

  @BeforeEach
  void connect() {
    client = Etcd.builder().endpoints(cluster.endpoints()).build();
    prefix = "watched-" + System.nanoTime() + "/";
  }

  @AfterEach
  void close() {
    client.close();
  }

  private Watch watch(Consumer<WatchOptions.Builder> options) {
    return client
        .kv()
        .watch(KeyRange.prefix(prefix), builder -> options.accept(builder.progressNotify()), heard);
  }

  private Revision put(String key) {
    return client.kv().put(key, "value").header().revision();
  }

  private List<Revision> progress() {
    return heard.events().stream()
        .filter(WatchEvent.Progress.class::isInstance)
        .map(WatchEvent::revision)
        .toList();
  }

  private void awaitProgress(Revision upTo) {
    await()
        .atMost(PATIENCE)
        .until(() -> progress().stream().anyMatch(told -> told.compareTo(upTo) >= 0));
  }

  /** Nothing at or below a revision comes after progress to that revision. */
  private void requireTrueProgress() {
    Revision told = Revision.NONE;
    for (WatchEvent event : heard.events()) {
      if (event instanceof WatchEvent.Progress) {
        assertThat(event.revision()).isGreaterThanOrEqualTo(told);
        told = event.revision();
      } else if (!(event instanceof WatchEvent.Reconnected)) {
        assertThat(event.revision()).isGreaterThan(told);
      }
    }
  }

  @Test
  void w7_aQuietWatchIsToldOfProgressAtTheIntervalOfTheServer() {
    Revision now = put("other");
    long start = System.nanoTime();
    watch(options -> {});

    await().atMost(PATIENCE).until(() -> progress().size() >= 5);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
    assertThat(progress()).containsOnly(now);
  }

  @Test
  void w7_progressFollowsWhatIsWrittenWhetherTheWatchWantsItOrNot() {
    Watch watch = watch(options -> {});

    for (int i = 0; i < 5; i++) {
      awaitProgress(put("other"));
      put(prefix + i);
      awaitProgress(put("other"));
    }

    assertThat(heard.changes()).hasSize(5);
    requireTrueProgress();
    assertThat(watch.revision()).isGreaterThan(heard.changes().get(4).revision());
  }

  @Test
  void w9_progressIsToldOnceTheWatchHasCaughtUpAndNotBefore() {
    Revision first = put(prefix + "0");
    Revision last = putMany(1_500);

    watch(options -> options.startRevision(first).bufferEvents(100));
    awaitProgress(last);

    assertThat(heard.changes()).hasSize(1_501);
    assertThat(progress().get(0)).isGreaterThanOrEqualTo(last);
    requireTrueProgress();
  }

  @Test
  void w9_progressIsToldThoughNothingMatches() {
    Revision first = put(prefix + "0");
    Revision last = putMany(1_500);

    Watch watch = watch(options -> options.startRevision(first).noPuts());
    awaitProgress(last);

    assertThat(heard.changes()).isEmpty();
    assertThat(progress().get(0)).as("no step on the way").isGreaterThanOrEqualTo(last);
    await().atMost(PATIENCE).until(() -> watch.revision().compareTo(last) >= 0);
  }

  private Revision putMany(int count) {
    var puts = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < count; i++) {
      puts.add(client.kv().async().put(prefix + i, "value"));
    }
    puts.forEach(CompletableFuture::join);
    return put("other");
  }

  @Test
  void w10_whatWasToldAndItsProgressAreNotToldAgainByAMemberThatWasRestarted() {
    watch(options -> {});
    put(prefix + "0");
    put(prefix + "1");
    awaitProgress(put("other"));

    cluster.member(0).restart();
    cluster.awaitHealthy(PATIENCE);
    put(prefix + "2");
    awaitProgress(put("other"));
    cluster.member(0).restart();
    cluster.awaitHealthy(PATIENCE);
    put(prefix + "3");
    awaitProgress(put("other"));

    assertThat(heard.told())
        .containsExactly(
            prefix + "0=value", prefix + "1=value", prefix + "2=value", prefix + "3=value");
    requireTrueProgress();
    assertThat(heard.ends).isEmpty();
  }
}
