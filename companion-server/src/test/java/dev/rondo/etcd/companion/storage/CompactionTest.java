package dev.rondo.etcd.companion.storage;

import static dev.rondo.etcd.companion.storage.TextStore.ALL;
import static dev.rondo.etcd.companion.storage.TextStore.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.error.EtcdError;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CompactionTest {
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final Store store = new Store(background::add);
  private final TextStore text = new TextStore(store);

  private void runBackground() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  private static void assertRefused(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call).hasMessage(error.text());
  }

  @Test
  void refusesWhatLiesBelowTheFloorAtOnce() {
    text.put("a", "1");
    text.put("a", "2");
    text.put("a", "3");

    store.compact(3);

    assertThat(store.compactRevision()).isEqualTo(3);
    assertThat(text.range(3)).containsExactly("a=2 2/3/2");
    assertThat(text.range(4)).containsExactly("a=3 2/4/3");
    assertRefused(EtcdError.COMPACTED, () -> store.range(ALL, 2, 0));
    assertRefused(EtcdError.COMPACTED, () -> store.count(ALL, 2));
    assertRefused(EtcdError.COMPACTED, () -> store.history(2, 1));
    assertRefused(EtcdError.COMPACTED, () -> store.history(0, 1));
    assertRefused(EtcdError.COMPACTED, () -> store.compact(3));
    assertRefused(EtcdError.COMPACTED, () -> store.compact(2));
    assertRefused(EtcdError.COMPACTED, () -> store.hash(2));
    assertThat(text.range(0)).containsExactly("a=3 2/4/3");
  }

  @Test
  void mayCompactAnEmptyStoreAsEtcdDoes() {
    assertRefused(EtcdError.COMPACTED, () -> store.compact(-1));
    store.compact(0);
    assertRefused(EtcdError.COMPACTED, () -> store.compact(0));
    store.compact(1);
    runBackground();

    text.put("a", "1");
    store.compact(2);
    runBackground();

    assertThat(text.range(0)).containsExactly("a=1 2/2/1");
  }

  @Test
  void stillTellsWhatWasDoneRightAtTheFloor() {
    text.put("a", "1");
    text.put("b", "1");
    text.write(
        txn -> {
          txn.put(bytes("b"), bytes("2"), 0);
          txn.delete(TextStore.single("a"));
        });
    text.put("b", "3");

    store.compact(4);
    runBackground();

    assertThat(text.history(4)).containsExactly("4: +b2 -a", "5: +b3(2)");

    store.compact(5);
    runBackground();

    assertThat(text.history(5)).containsExactly("5: +b3");
  }

  @Test
  void keepsTheValueOfAKeyThatDidNotChangeSince() {
    text.put("a", "1");
    for (int i = 0; i < 2000; i++) {
      text.put("b", "x");
    }

    store.compact(store.revision() - 1);
    runBackground();
    store.compact(store.revision());
    runBackground();

    assertThat(text.range(0)).containsExactly("a=1 2/2/1", "b=x 3/2002/2000");
    assertThat(text.history(store.revision())).containsExactly("2002: +bx");
  }

  @Test
  void freesWhatNobodyCanRead() {
    for (int i = 0; i < 10; i++) {
      text.put("a", "x".repeat(1000));
      text.put("b", "x".repeat(1000));
      text.delete("b");
    }
    long before = store.sizeInUse();

    store.compact(store.revision());
    assertThat(store.sizeInUse()).isEqualTo(before);
    runBackground();

    assertThat(store.sizeInUse()).isBetween(1000L, 2000L);
    text.put("c", "1");
    long withTombstone = store.sizeInUse();
    store.compact(store.revision());
    runBackground();
    assertThat(store.sizeInUse()).isLessThan(withTombstone);
    text.delete("a");
    text.delete("c");
    text.put("d", "1");
    store.compact(store.revision());
    runBackground();
    assertThat(store.sizeInUse()).isLessThan(300);
  }

  @Test
  void forgetsDeletedKeysAndOldRevisionsForGood() {
    var contents = new Contents(-1, 1);
    var key = bytes("a");
    try (var txn = new WriteTransaction(contents, commit -> {})) {
      txn.put(key, bytes("1"), 0);
      txn.commit();
    }
    try (var txn = new WriteTransaction(contents, commit -> {})) {
      txn.delete(Interval.of(key));
      txn.commit();
    }
    assertThat(contents.index().head(Key.of(key))).isNotNull();

    contents.compact(3, Runnable::run);

    assertThat(contents.index().head(Key.of(key))).isNull();
    assertThat(contents.log().at(2)).isEmpty();
    assertThat(contents.log().at(3)).hasSize(1);
    assertThat(contents.log().at(3).get(0).previous()).isNull();
  }

  @Test
  void sweepsOnlyWhenNobodyHoldsAnOlderState() {
    text.put("a", "1");
    text.put("a", "2");
    var saver = store.save();
    text.put("a", "3");
    long before = store.sizeInUse();

    store.compact(3);
    store.compact(4);
    runBackground();
    assertThat(store.sizeInUse()).isEqualTo(before);
    saver.close();
    saver.close();
    runBackground();

    assertThat(store.sizeInUse()).isLessThan(before / 2);
    assertThat(text.range(0)).containsExactly("a=3 2/4/3");
  }

  @Test
  void givesAKeyThatComesBackANewLife() {
    text.put("a", "1");
    text.delete("a");
    store.compact(3);
    text.put("a", "2");
    runBackground();
    store.compact(4);
    runBackground();

    assertThat(text.range(0)).containsExactly("a=2 4/4/1");
    assertThat(text.history(4)).containsExactly("4: +a2");
  }

  @Test
  void answersTheHashThatWasTakenAtACompaction() {
    text.put("a", "1");
    text.put("a", "2");
    text.put("b", "1");
    var before = store.hash(3);

    store.compact(3);
    assertThat(store.hash(3)).isEqualTo(before);
    runBackground();
    store.compact(4);
    runBackground();

    assertThat(store.hash(3)).isEqualTo(before);
    assertThat(before.compactRevision()).isEqualTo(-1);
    assertThat(store.hash(4).compactRevision()).isEqualTo(3);
    assertThat(store.hash(0).compactRevision()).isEqualTo(4);
  }

  @Test
  void remembersTheHashesOfTenCompactions() {
    for (int i = 0; i < 12; i++) {
      store.compact(text.put("a", "" + i));
      runBackground();
    }

    assertRefused(EtcdError.COMPACTED, () -> store.hash(3));
    assertThat(store.hash(4).compactRevision()).isEqualTo(3);
    assertThat(store.hash(13).compactRevision()).isEqualTo(12);
  }

  @Test
  void takesNoHashWhileTheLastSweepIsDue() throws Exception {
    text.put("a", "1");
    text.put("a", "2");
    text.put("a", "3");
    var saver = store.save();

    store.compact(2);
    store.compact(3);
    saver.writeTo(new ByteArrayOutputStream());
    runBackground();

    assertThat(store.hash(2).compactRevision()).isEqualTo(-1);
    assertThat(store.hash(3).compactRevision()).isEqualTo(3);
  }
}
