package dev.rondo.etcd.integration;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.CacheBatch;
import dev.rondo.etcd.kv.CacheChange;
import dev.rondo.etcd.kv.CacheEnd;
import dev.rondo.etcd.kv.CacheEndedException;
import dev.rondo.etcd.kv.CacheListener;
import dev.rondo.etcd.kv.CacheSnapshot;
import dev.rondo.etcd.kv.CacheState;
import dev.rondo.etcd.kv.KeyCache;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.Txn;
import dev.rondo.etcd.kv.TxnResult;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Local copies of ranges. */
@Alone
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#bridged")
class CacheTest {
  private static final Duration PATIENCE = ofSeconds(30);
  private static final int KEYS = Lengths.of(20_000, 100_000);
  private static final int OPS = 100; // of a transaction; etcd takes 128
  private static final Figure LOAD =
      new Figure("load of a cache of " + KEYS + " keys", ofSeconds(2));
  private static final Figure QUIET =
      new Figure("a cache reaches a revision though its range is quiet", ofMillis(150));

  private final SharedCluster shared;
  private Etcd client;
  private Etcd past; // a client that no bridge can cut
  private String prefix;

  CacheTest(SharedCluster shared) {
    this.shared = shared;
  }

  @BeforeEach
  void connect() {
    client = Etcd.builder().endpoints(shared.cluster().endpoints()).build();
    past =
        Etcd.builder()
            .endpoints(shared.cluster().members().stream().map(EtcdMember::directEndpoint).toList())
            .build();
    prefix = "cache-" + System.nanoTime() + "/";
  }

  @AfterEach
  void close() {
    client.close();
    past.close();
    shared.cluster().members().forEach(member -> member.bridge().heal());
    shared.cluster().awaitHealthy(PATIENCE);
  }

  private KeyRange range() {
    return KeyRange.prefix(prefix);
  }

  private Revision put(String key, String value) {
    return past.kv().put(prefix + key, value).header().revision();
  }

  private void cutOff() {
    shared.cluster().members().forEach(member -> member.bridge().refuse());
  }

  private void heal() {
    shared.cluster().members().forEach(member -> member.bridge().heal());
  }

  /** What the store has at the revision of {@code snapshot}. */
  private List<KeyValue> stored(CacheSnapshot snapshot) {
    return past.kv().scan(range(), scan -> scan.revision(snapshot.revision())).stream().toList();
  }

  private static Duration time(Supplier<?> work) {
    long start = System.nanoTime();
    var unused = work.get();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void readsItsOwnWritesWhoeverWrites() throws InterruptedException {
    var failures = new CopyOnWriteArrayList<Throwable>();
    try (KeyCache cache = client.kv().cache(range())) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String key = prefix + t;
        var thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    Revision revision =
                        client.kv().put(key, Integer.toString(i)).header().revision();
                    String seen =
                        cache.awaitRevision(revision).get(key).orElseThrow().value().utf8();
                    assertThat(seen).isEqualTo(Integer.toString(i));
                  }
                });
        thread.setUncaughtExceptionHandler((failed, thrown) -> failures.add(thrown));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(failures).isEmpty();
      assertThat(cache.snapshot().map().values())
          .containsExactlyElementsOf(stored(cache.snapshot()));
    }
  }

  @Test
  void reachesARevisionThoughItsRangeIsQuiet() {
    put("a", "1");
    try (KeyCache cache = client.kv().cache(range())) {
      List<Duration> control = new ArrayList<>();
      List<Duration> measured = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Revision elsewhere = past.kv().put("elsewhere", "x").header().revision();
        measured.add(time(() -> cache.awaitRevision(elsewhere)));
        control.add(time(() -> client.kv().get(prefix + "a")));
        assertThat(cache.revision()).isGreaterThanOrEqualTo(elsewhere);
      }

      assertThat(cache.snapshot().map()).hasSize(1);
      measured.sort(null);
      control.sort(null);
      QUIET.check(measured.get(2), control.get(2));
    }
  }

  @Test
  void holdsManyKeys() {
    List<CompletableFuture<TxnResult>> writes = new ArrayList<>();
    for (int i = 0; i < KEYS; i += OPS) {
      Op[] puts =
          IntStream.range(i, i + OPS)
              .mapToObj(k -> Op.put(prefix + "%06d".formatted(k), "value " + k))
              .toArray(Op[]::new);
      writes.add(past.kv().async().txn(Txn.of(puts)));
      if (writes.size() % 32 == 0) {
        writes.forEach(CompletableFuture::join);
      }
    }
    writes.forEach(CompletableFuture::join);

    List<KeyCache> caches = new ArrayList<>();
    Duration control = time(() -> client.kv().scan(range()).stream().count());
    Duration load = time(() -> caches.add(client.kv().cache(range())));
    try (KeyCache cache = caches.get(0)) {
      Revision last = put("%06d".formatted(KEYS / 2), "changed");

      assertThat(cache.awaitRevision(last).map()).hasSize(KEYS);
      assertThat(cache.get(prefix + "%06d".formatted(KEYS / 2)).orElseThrow().value().utf8())
          .isEqualTo("changed");
      assertThat(cache.snapshot().map().headMap(Bytes.utf8(prefix + "000100"))).hasSize(100);
      assertThat(cache.snapshot().map().values())
          .containsExactlyElementsOf(stored(cache.snapshot()));
    }
    LOAD.check(load, control);
  }

  @Test
  void goesOnWhereItWasAfterACut() {
    put("a", "1");
    try (KeyCache cache = client.kv().cache(range())) {
      cutOff();
      await().atMost(PATIENCE).until(() -> cache.state() == CacheState.DISCONNECTED);
      Revision last = put("a", "2");
      assertThat(cache.get(prefix + "a").orElseThrow().value().utf8()).isEqualTo("1");
      assertThat(cache.disconnectedFor()).isPresent();
      heal();

      assertThat(cache.awaitRevision(last).get(prefix + "a").orElseThrow().value().utf8())
          .isEqualTo("2");
      await().atMost(PATIENCE).until(() -> cache.state() == CacheState.ACTIVE);
    }
  }

  @Test
  void survivesCompactionWhileItIsCutOff() {
    put("stays", "1");
    put("changes", "1");
    put("goes", "1");
    var heard = new Copy();
    try (KeyCache cache = client.kv().cache(range())) {
      cache.onChange(heard);
      cutOff();
      await().atMost(PATIENCE).until(() -> cache.state() == CacheState.DISCONNECTED);
      put("changes", "2");
      put("comes", "1");
      past.kv().delete(prefix + "goes");
      Revision last = put("changes", "3");
      past.kv().compact(last);
      heal();

      CacheSnapshot now = cache.awaitRevision(last);
      put("later", "1");

      assertThat(now.map().values()).containsExactlyElementsOf(stored(now));
      await().atMost(PATIENCE).until(() -> heard.keys.containsKey(Bytes.utf8(prefix + "later")));
      assertThat(heard.keys).isEqualTo(cache.snapshot().map());
      assertThat(heard.batches).anyMatch(CacheBatch::isDifference);
      assertThat(heard.batches).extracting(CacheBatch::revision).isSorted();
      assertThat(cache.state()).isEqualTo(CacheState.ACTIVE);
    }
  }

  @Test
  void showsTransactionsAsAWhole() {
    try (KeyCache cache = client.kv().cache(range())) {
      List<Integer> sizes = new CopyOnWriteArrayList<>();
      cache.onChange(batch -> sizes.add(cache.snapshot().map().size()));
      Revision last = Revision.NONE;
      for (int i = 0; i < 20; i++) {
        TxnResult done =
            past.kv()
                .txn()
                .then(
                    Op.put(prefix + i + "a", ""),
                    Op.put(prefix + i + "b", ""),
                    Op.put(prefix + i + "c", ""))
                .commit();
        last = done.header().revision();
      }

      assertThat(cache.awaitRevision(last).map()).hasSize(60);
      await().atMost(PATIENCE).until(() -> !sizes.isEmpty() && sizes.contains(60));
      assertThat(sizes).allMatch(size -> size % 3 == 0);
    }
  }

  @Test
  void isNoLargerThanItMayBe() {
    for (int i = 0; i < 5; i++) {
      put(Integer.toString(i), "x");
    }
    assertThatThrownBy(() -> client.kv().cache(range(), cache -> cache.maxKeys(4)))
        .isInstanceOfSatisfying(
            CacheEndedException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
              assertThat(refused.end()).isInstanceOf(CacheEnd.Exceeded.class);
            });

    try (KeyCache small = client.kv().cache(range(), cache -> cache.maxKeys(5));
        KeyCache large = client.kv().cache(range())) {
      Revision last = put("one more", "x");
      await().atMost(PATIENCE).until(() -> small.state() == CacheState.ENDED);

      assertThat(small.end().orElseThrow()).isInstanceOf(CacheEnd.Exceeded.class);
      assertThatThrownBy(small::snapshot).isInstanceOf(CacheEndedException.class);
      assertThatThrownBy(() -> small.awaitRevision(last)).isInstanceOf(CacheEndedException.class);
      assertThat(large.awaitRevision(last).map()).hasSize(6);
    }
  }

  @Test
  void aListenerThatThrowsHurtsNobody() {
    var copy = new Copy();
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    try (KeyCache cache = client.kv().cache(range())) {
      cache.onChange(
          new CacheListener() {
            @Override
            public void onChange(CacheBatch batch) {
              throw new IllegalStateException("mine");
            }

            @Override
            public void onError(Throwable thrown) {
              errors.add(thrown);
            }
          });
      cache.onChange(copy);
      put("a", "1");
      Revision last = put("b", "1");

      CacheSnapshot now = cache.awaitRevision(last);
      await().atMost(PATIENCE).until(() -> copy.keys.equals(now.map()));
      await().atMost(PATIENCE).until(() -> !errors.isEmpty());
      assertThat(errors).allMatch(IllegalStateException.class::isInstance);
    }
  }

  @Test
  void worksInANamespace() {
    KvClient inside = client.kv().namespace(prefix);
    for (int i = 0; i < 3; i++) {
      Op[] puts =
          IntStream.range(i * OPS, (i + 1) * OPS)
              .mapToObj(k -> Op.put("%03d".formatted(k), "x"))
              .toArray(Op[]::new);
      inside.txn(Txn.of(puts));
    }
    try (KeyCache cache = inside.cache(KeyRange.all())) {
      assertThat(cache.snapshot().map()).hasSize(3 * OPS);
      assertThat(cache.snapshot().map().firstKey()).isEqualTo(Bytes.utf8("000"));

      Revision written = put("000", "y");
      assertThat(cache.awaitRevision(written).get("000").orElseThrow().value().utf8())
          .isEqualTo("y");
      Revision elsewhere = past.kv().put("elsewhere", "x").header().revision();
      assertThat(cache.awaitRevision(elsewhere).map()).hasSize(3 * OPS);
    }
  }

  @Test
  void closingIsPromptWhileNothingIsInReach() {
    KeyCache cache = client.kv().cache(range());
    CompletableFuture<CacheSnapshot> waiting = cache.whenAtLeast(Revision.of(Long.MAX_VALUE));
    cutOff();
    await().atMost(PATIENCE).until(() -> cache.state() == CacheState.DISCONNECTED);

    Duration closing =
        time(
            () -> {
              cache.close();
              return cache;
            });

    assertThat(closing).isLessThan(ofSeconds(1));
    assertThat(waiting).failsWithin(PATIENCE);
    assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
  }

  /** What a listener makes of what it is told. */
  private static final class Copy implements CacheListener {
    private final NavigableMap<Bytes, KeyValue> keys =
        Collections.synchronizedNavigableMap(new TreeMap<>());
    private final List<CacheBatch> batches = new CopyOnWriteArrayList<>();

    @Override
    public void onStart(CacheSnapshot start) {
      keys.putAll(start.map());
    }

    @Override
    public void onChange(CacheBatch batch) {
      batches.add(batch);
      for (CacheChange change : batch.changes()) {
        if (change instanceof CacheChange.Put put) {
          keys.put(put.key(), put.kv());
        } else {
          keys.remove(change.key());
        }
      }
    }
  }
}
