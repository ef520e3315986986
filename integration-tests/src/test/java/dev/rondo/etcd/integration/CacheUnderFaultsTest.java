package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.CacheSnapshot;
import dev.rondo.etcd.kv.CacheState;
import dev.rondo.etcd.kv.KeyCache;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.WatchBatch;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cache while members are killed, frozen, cut off from each other and from their clients. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#partitionable")
@Timeout(300)
@Alone
class CacheUnderFaultsTest {
  private static final KeyRange RANGE = KeyRange.prefix("key-");
  private static final int WRITERS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Parameter EtcdBackend backend;

  private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
  private final AtomicInteger acknowledged = new AtomicInteger();
  private EtcdCluster cluster;
  private Etcd client;
  private volatile boolean isStopping;

  static long[] seeds() {
    return LongStream.rangeClosed(1, Lengths.of(1, 5)).toArray();
  }

  @BeforeEach
  void start() {
    cluster = backend.cluster().members(3).partitionable().start();
    client = Etcd.builder().endpoints(cluster.endpoints()).build();
  }

  @AfterEach
  void stop() {
    isStopping = true;
    threads.shutdownNow();
    client.close();
    cluster.close();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void isAlwaysWhatTheStoreWasAtItsRevision(long seed) throws Exception {
    Random random = new Random(seed);
    FaultSchedule faults = new FaultSchedule(cluster, new Random(random.nextLong()));
    Revision first = client.kv().put("key-0", "first").header().revision();
    KvClient patient = client.kv().with(call -> call.timeout(PATIENCE));
    try (KeyCache cache = patient.cache(RANGE)) {
      List<CacheSnapshot> seen = new ArrayList<>();
      Future<?> reader = threads.submit(() -> read(cache, seen));
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(write(cache, new Random(random.nextLong()))));
      }

      faults.run(Lengths.of(Duration.ofSeconds(2), Duration.ofSeconds(60)));
      cluster.awaitHealthy(Duration.ofSeconds(60));
      isStopping = true;
      for (Future<?> writer : writers) {
        writer.get();
      }
      Revision last = patient.put("key-0", "last").header().revision();
      CacheSnapshot end = cache.awaitRevision(last);
      reader.get();

      assertThat(end.map().values())
          .containsExactlyElementsOf(
              patient.scan(RANGE, scan -> scan.revision(end.revision())).stream().toList());
      requireTruth(seen, first, last);
      assertThat(cache.end()).isEmpty();
      await().atMost(PATIENCE).until(() -> cache.state() == CacheState.ACTIVE);
      System.out.printf(
          "[figure] %s, seed %d, %s: %d writes acknowledged, %d states of the cache%n",
          backend, seed, faults.done(), acknowledged.get(), seen.size());
    }
  }

  /** Each new state that the cache shows, until it is at the end. */
  private void read(KeyCache cache, List<CacheSnapshot> seen) {
    CacheSnapshot now = cache.snapshot();
    seen.add(now);
    while (!now.get("key-0").orElseThrow().value().utf8().equals("last")) {
      CacheSnapshot next = cache.awaitRevision(now.revision().next());
      assertThat(next.revision()).isGreaterThan(now.revision());
      assertThat(cache.revision()).isGreaterThanOrEqualTo(next.revision());
      now = next;
      seen.add(now);
    }
  }

  private Callable<Void> write(KeyCache cache, Random random) {
    KvClient hasty = client.kv().with(call -> call.timeout(Duration.ofMillis(1_500)));
    return () -> {
      for (int i = 0; !isStopping; i++) {
        String key = "key-" + (1 + random.nextInt(5));
        String other = "key-" + (6 + random.nextInt(5));
        try {
          Revision written =
              random.nextInt(4) == 0
                  ? hasty.delete(key).header().revision()
                  : hasty
                      .txn()
                      .then(Op.put(key, "value " + i), Op.put(other, "value " + i))
                      .commit()
                      .header()
                      .revision();
          acknowledged.incrementAndGet();
          assertThat(cache.awaitRevision(written).revision()).isGreaterThanOrEqualTo(written);
        } catch (EtcdException e) {
          requireOfTheWrite(e);
        }
      }
      return null;
    };
  }

  /** Writes may fail under faults, and tell so. The cache may not: it has far more time. */
  private static void requireOfTheWrite(EtcdException failure) {
    if (failure.operation().equals("cache")) {
      throw failure;
    }
  }

  private void requireTruth(List<CacheSnapshot> seen, Revision first, Revision last) {
    NavigableMap<Bytes, KeyValue> state = new TreeMap<>();
    List<WatchEvent> history = history(first, last);
    int next = 0;
    for (CacheSnapshot snapshot : seen) {
      while (next < history.size()
          && history.get(next).revision().compareTo(snapshot.revision()) <= 0) {
        if (history.get(next) instanceof WatchEvent.Put put) {
          state.put(put.kv().key(), put.kv());
        } else if (history.get(next) instanceof WatchEvent.Delete delete) {
          state.remove(delete.key());
        }
        next++;
      }
      assertThat(snapshot.map().values())
          .as("at revision " + snapshot.revision())
          .containsExactlyElementsOf(state.values());
    }
  }

  private List<WatchEvent> history(Revision first, Revision last) {
    List<WatchEvent> events = new ArrayList<>();
    try (var changes = client.kv().watch(RANGE, options -> options.startRevision(first))) {
      while (events.isEmpty() || events.get(events.size() - 1).revision().compareTo(last) < 0) {
        changes.nextBatch(PATIENCE).map(WatchBatch::events).ifPresent(events::addAll);
      }
    }
    return events.stream()
        .filter(event -> event instanceof WatchEvent.Put || event instanceof WatchEvent.Delete)
        .toList();
  }
}
