package dev.rondo.etcd.companion.storage;

import static dev.rondo.etcd.companion.storage.TextStore.ALL;
import static dev.rondo.etcd.companion.storage.TextStore.bytes;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.storage.Store.Page;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Long reads while a writer and compactions run.
 *
 * <p>Each revision puts or deletes four keys, which follow from its number alone; so whoever reads
 * can tell what must be there at a revision. Every key has its turn once in {@link #CYCLE}
 * revisions.
 */
@Timeout(value = 2, unit = MINUTES)
class StoreStressTest {
  private static final int KEYS = 100_000;
  private static final int KEYS_PER_REVISION = 4;
  private static final int CYCLE = KEYS / KEYS_PER_REVISION;
  private static final int SCANS = 15;
  private static final List<ByteString> NAMES =
      IntStream.range(0, KEYS).mapToObj("key-%06d"::formatted).map(TextStore::bytes).toList();

  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final ExecutorService readers = Executors.newCachedThreadPool();
  private final Store store = new Store(background);

  @AfterEach
  void endThreads() throws InterruptedException {
    readers.shutdownNow();
    background.shutdownNow();
    assertThat(readers.awaitTermination(30, SECONDS)).isTrue();
    assertThat(background.awaitTermination(30, SECONDS)).isTrue();
  }

  private static boolean deletes(long revision) {
    return revision > CYCLE + 1 && revision % 7 == 0;
  }

  /** The revision that changed a key last, up to a revision. */
  private static long lastChange(int key, long upTo) {
    return upTo - Math.floorMod(upTo - key, CYCLE);
  }

  private void writeRevision() {
    long revision = store.revision() + 1;
    try (var txn = store.begin()) {
      for (int turn = 0; turn < KEYS_PER_REVISION; turn++) {
        var key = NAMES.get((int) (revision % CYCLE) + turn * CYCLE);
        if (deletes(revision)) {
          txn.delete(Interval.of(key));
        } else {
          txn.put(key, bytes("" + revision), 0);
        }
      }
      txn.commit();
    }
  }

  private static void assertIsExactly(Page page, long revision) {
    var found = page.keyValues().iterator();
    long count = 0;
    for (int key = 0; key < KEYS; key++) {
      long changed = lastChange(key, revision);
      if (deletes(changed)) {
        continue;
      }
      count++;
      var keyValue = found.next();
      if (!keyValue.getKey().equals(NAMES.get(key)) || keyValue.getModRevision() != changed) {
        assertThat(keyValue.getKey()).isEqualTo(NAMES.get(key));
        assertThat(keyValue.getModRevision()).as("%s at %s", key, revision).isEqualTo(changed);
      }
    }
    assertThat(found.hasNext()).isFalse();
    assertThat(page.count()).isEqualTo(count);
  }

  private void scanTheNewest() {
    var page = store.range(ALL, 0, 0);
    assertIsExactly(page, page.revision());
  }

  private void scanTheFloor() {
    long revision = store.compactRevision();
    try {
      assertIsExactly(store.range(ALL, revision, 0), revision);
    } catch (EtcdErrorException e) {
      assertThat(e.error()).isEqualTo(EtcdError.COMPACTED); // it rose right before the range began
    }
  }

  private void readHistory() {
    long floor = store.compactRevision();
    long from = floor;
    try {
      var history = store.history(floor, 40_000);
      for (var commit : history.commits()) {
        assertThat(commit.revision()).isEqualTo(from++);
        assertThat(commit.changes()).hasSizeBetween(1, KEYS_PER_REVISION);
        for (var change : commit.changes()) {
          boolean absentBefore = deletes(commit.revision() - CYCLE);
          boolean atFloor = commit.revision() == floor;
          assertThat(change.previous() == null).isEqualTo(absentBefore || atFloor);
        }
      }
      assertThat(history.through()).isEqualTo(from - 1);
    } catch (EtcdErrorException e) {
      assertThat(e.error()).isEqualTo(EtcdError.COMPACTED);
    }
  }

  private Future<?> repeat(Runnable read) {
    return readers.submit(() -> IntStream.range(0, SCANS).forEach(time -> read.run()));
  }

  /** Writes until the readers are done, and compacts all the time. */
  private void writeUntilDone(List<Future<?>> reads) {
    while (!reads.stream().allMatch(Future::isDone)) {
      for (int time = 0; time < 100; time++) {
        writeRevision();
      }
      store.compact(store.revision() - 50);
    }
  }

  @Test
  void longReadsSeeExactlyOneRevisionWhileWritingAndCompactionGoOn() throws Exception {
    for (int time = 0; time < CYCLE; time++) {
      writeRevision();
    }
    store.compact(store.revision());
    long first = store.revision();

    var reads =
        List.of(repeat(this::scanTheNewest), repeat(this::scanTheFloor), repeat(this::readHistory));
    writeUntilDone(reads);

    for (var read : reads) {
      read.get();
    }
    assertThat(store.revision() - first).isGreaterThan(1000);
    scanTheNewest();
  }

  @Test
  void savesExactlyOneRevisionWhileWritingAndCompactionGoOn() throws Exception {
    for (int time = 0; time < CYCLE; time++) {
      writeRevision();
    }
    store.compact(store.revision());
    long revision = store.revision();

    var savers = new ArrayList<Future<byte[]>>();
    for (int time = 0; time < 3; time++) {
      var saver = store.save();
      savers.add(readers.submit(() -> saved(saver)));
      writeUntilDone(List.copyOf(savers));
    }

    for (var saved : savers) {
      var copy = new Store(background);
      copy.load(new ByteArrayInputStream(saved.get()));
      assertIsExactly(copy.range(ALL, 0, 0), copy.revision());
      assertIsExactly(copy.range(ALL, copy.compactRevision(), 0), copy.compactRevision());
      assertThat(copy.revision()).isGreaterThanOrEqualTo(revision);
    }
  }

  private static byte[] saved(Store.Saver saver) throws IOException {
    var out = new ByteArrayOutputStream();
    saver.writeTo(out);
    return out.toByteArray();
  }
}
