package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.DeleteResult;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.Scan;
import dev.rondo.etcd.kv.ScanPage;
import dev.rondo.etcd.kv.Txn;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Scans of many keys while others write, add and delete. */
@Timeout(120)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class ScanTest {
  private static final int MANY = 100_000;
  private static final int KEYS_IN_TXN = 100;

  private final SingleMember etcd;
  private final KvClient kv;
  private final String prefix;

  ScanTest(SingleMember etcd) {
    this.etcd = etcd;
    this.kv = etcd.kv();
    this.prefix = etcd.newPrefix();
  }

  private KeyRange range() {
    return KeyRange.prefix(prefix);
  }

  private Bytes key(int number) {
    return Bytes.utf8(prefix + "%06d".formatted(number));
  }

  /** Writes the keys with even numbers, so that there is room between them. */
  private Map<Bytes, Bytes> load(int count) {
    Map<Bytes, Bytes> loaded = new TreeMap<>();
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (int first = 0; first < count; first += KEYS_IN_TXN) {
      List<Op> puts = new ArrayList<>();
      for (int i = first; i < first + KEYS_IN_TXN; i++) {
        Bytes value = Bytes.utf8("loaded " + i);
        loaded.put(key(2 * i), value);
        puts.add(Op.put(key(2 * i), value));
      }
      writes.add(
          kv.async()
              .with(call -> call.timeout(Duration.ofMinutes(1)))
              .txn(Txn.of(puts.toArray(Op[]::new))));
    }
    writes.forEach(CompletableFuture::join);
    return loaded;
  }

  @Test
  void aScanIsOfOneRevisionWhateverIsWrittenMeanwhile() {
    Map<Bytes, Bytes> loaded = load(MANY);
    Map<Bytes, Bytes> scanned = new LinkedHashMap<>();

    try (Writers writers = new Writers()) {
      writers.awaitMoreThan(100);
      Scan scan = kv.scan(range());
      for (KeyValue found : scan) {
        scanned.put(found.key(), found.value());
        if (scanned.size() % (MANY / 10) == 0) {
          writers.awaitMoreThan(writers.changes.size() + 100);
        }
      }
      writers.close();

      assertThat(scanned.keySet().stream().toList()).isSorted();
      // not isEqualTo, which would print a hundred thousand keys
      assertThat(scanned.equals(writers.over(loaded, scan.revision())))
          .as("what was scanned is what stood at the revision of the scan")
          .isTrue();
      assertThat(scanned.equals(writers.over(loaded, writers.changes.lastKey())))
          .as("what was scanned is what stood in the end")
          .isFalse();
    }
  }

  @Test
  void aScanHoldsNoMoreThanAPage() {
    load(20_000);
    try (Etcd small =
        Etcd.builder().endpoints(etcd.cluster().endpoints()).maxAnswerBytes(100_000).build()) {
      KvClient client = small.kv();
      Scan scan = client.scan(range(), options -> options.pageSize(500));
      List<WeakReference<KeyValue>> pages = firstOfEachPage(scan, 500);

      assertThat(pages).hasSize(40);
      assertThatThrownBy(() -> client.get(range()))
          .isInstanceOfSatisfying(
              EtcdException.class,
              failure -> assertThat(failure.code()).isEqualTo(Code.ANSWER_TOO_LARGE));
      // a scan keeps its first page, from which it can be gone through again
      await()
          .until(
              () -> {
                System.gc();
                return pages.stream().skip(1).allMatch(page -> page.get() == null);
              });
      assertThat(scan.iterator().next().key()).isEqualTo(key(0));
    }
  }

  /** In a frame of its own, because what a frame ever held may stay alive as long as it does. */
  private static List<WeakReference<KeyValue>> firstOfEachPage(Scan scan, int pageSize) {
    List<WeakReference<KeyValue>> pages = new ArrayList<>();
    int count = 0;
    for (KeyValue found : scan) {
      if (count++ % pageSize == 0) {
        pages.add(new WeakReference<>(found));
      }
    }
    return pages;
  }

  @Test
  void pagesFollowEachOtherWithoutBlocking() {
    load(5_000);
    Revision revision = kv.delete(key(0)).header().revision();
    List<Bytes> keys = new ArrayList<>();

    ScanPage first = kv.async().scan(range(), scan -> scan.pageSize(99).keysOnly()).join();
    first.forEachRemaining(found -> keys.add(found.key())).join();

    assertThat(first.kvs()).hasSize(99).allMatch(found -> found.value().isEmpty());
    assertThat(first.revision()).isEqualTo(revision);
    assertThat(first.isLast()).isFalse();
    assertThat(keys).hasSize(4_999).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aScanEndsWhereItsRevisionIsCompacted() {
    load(5_000);
    Scan scan = kv.scan(range());
    kv.compact(kv.put(key(1), Bytes.EMPTY).header().revision());

    assertThatThrownBy(() -> scan.stream().count())
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.COMPACTED);
              assertThat(failure.operation()).isEqualTo("scan");
            });
  }

  /** What one revision did to one key: a value, or nothing where it was deleted. */
  private record Change(Bytes key, Optional<Bytes> value) {}

  /** Change, add and delete keys at random until closed, and note what each revision did. */
  private final class Writers implements AutoCloseable {
    final ConcurrentSkipListMap<Revision, Change> changes = new ConcurrentSkipListMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final List<CompletableFuture<Void>> running;
    private volatile boolean stopped;

    Writers() {
      running =
          IntStream.range(0, 3)
              .mapToObj(Random::new)
              .map(random -> CompletableFuture.runAsync(() -> write(random), threads))
              .toList();
    }

    private void write(Random random) {
      while (!stopped) {
        Bytes key = key(random.nextInt(2 * MANY));
        if (random.nextInt(3) == 0) {
          DeleteResult deleted = kv.delete(key);
          if (deleted.deleted() > 0) {
            changes.put(deleted.header().revision(), new Change(key, Optional.empty()));
          }
        } else {
          Bytes value = Bytes.utf8("written " + random.nextInt());
          Revision revision = kv.put(key, value).header().revision();
          changes.put(revision, new Change(key, Optional.of(value)));
        }
      }
    }

    void awaitMoreThan(int count) {
      await().until(() -> changes.size() > count);
    }

    /** Replays all changes up to {@code revision} over what was loaded. */
    Map<Bytes, Bytes> over(Map<Bytes, Bytes> loaded, Revision revision) {
      Map<Bytes, Bytes> state = new TreeMap<>(loaded);
      for (Change change : changes.headMap(revision, true).values()) {
        change
            .value()
            .ifPresentOrElse(
                value -> state.put(change.key(), value), () -> state.remove(change.key()));
      }
      return state;
    }

    @Override
    public void close() {
      stopped = true;
      running.forEach(CompletableFuture::join);
      threads.shutdown();
    }
  }
}
