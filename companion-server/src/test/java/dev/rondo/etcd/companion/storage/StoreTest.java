package dev.rondo.etcd.companion.storage;

import static dev.rondo.etcd.companion.storage.TextStore.ALL;
import static dev.rondo.etcd.companion.storage.TextStore.bytes;
import static dev.rondo.etcd.companion.storage.TextStore.interval;
import static dev.rondo.etcd.companion.storage.TextStore.single;
import static dev.rondo.etcd.companion.storage.TextStore.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store.Commit;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class StoreTest {
  private final TextStore text = new TextStore();
  private final Store store = text.store();

  private static void assertRefused(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call).hasMessage(error.text());
  }

  @Test
  void beginsEmptyAtRevisionOne() {
    var page = store.range(ALL, 0, 0);

    assertThat(page.keyValues()).isEmpty();
    assertThat(page.revision()).isEqualTo(1);
    assertThat(store.revision()).isEqualTo(1);
    assertThat(store.compactRevision()).isEqualTo(-1);
  }

  @Test
  void countsRevisionsAndVersionsAsEtcdDoes() {
    text.put("a", "1");
    text.put("b", "1");
    text.put("a", "2");
    text.delete("a");
    text.put("a", "3");

    assertThat(text.range(2)).containsExactly("a=1 2/2/1");
    assertThat(text.range(3)).containsExactly("a=1 2/2/1", "b=1 3/3/1");
    assertThat(text.range(4)).containsExactly("a=2 2/4/2", "b=1 3/3/1");
    assertThat(text.range(5)).containsExactly("b=1 3/3/1");
    assertThat(text.range(0)).containsExactly("a=3 6/6/1", "b=1 3/3/1");
    assertThat(text.range(1)).isEmpty();
  }

  @Test
  void keepsTheLeaseOfTheLastPut() {
    text.write(txn -> txn.put(bytes("a"), bytes("1"), 7));
    text.put("b", "1");

    assertThat(store.range(ALL, 0, 0).keyValues())
        .extracting(keyValue -> keyValue.getLease())
        .containsExactly(7L, 0L);
  }

  @Test
  void makesNoRevisionOfADeleteThatFindsNothing() {
    text.put("a", "1");

    assertThat(text.delete("b")).isEqualTo(2);
    assertThat(text.history(2)).containsExactly("2: +a1");
  }

  @Test
  void ordersKeysByUnsignedBytes() {
    var high = ByteString.copyFrom(new byte[] {(byte) 0x80});
    text.write(txn -> txn.put(high, bytes("1"), 0));
    text.put("a", "1");
    text.put("ab", "1");

    assertThat(store.range(ALL, 0, 0).keyValues())
        .extracting(keyValue -> keyValue.getKey())
        .containsExactly(bytes("a"), bytes("ab"), high);
  }

  @Test
  void understandsTheIntervalsOfEtcd() {
    for (var key : List.of("a", "b", "c", "d")) {
      text.put(key, "");
    }

    assertThat(texts(store.range(single("b"), 0, 0))).containsExactly("b= 3/3/1");
    assertThat(texts(store.range(interval("b", "d"), 0, 0)))
        .containsExactly("b= 3/3/1", "c= 4/4/1");
    assertThat(texts(store.range(interval("c", "\0"), 0, 0)))
        .containsExactly("c= 4/4/1", "d= 5/5/1");
    assertThat(texts(store.range(interval("d", "a"), 0, 0))).isEmpty();
    assertThat(texts(store.range(interval("b", "b"), 0, 0))).isEmpty();
  }

  @Test
  void limitsThePageButNotTheCount() {
    for (var key : List.of("a", "b", "c", "d")) {
      text.put(key, "");
    }

    var page = store.range(ALL, 0, 2);
    var counted = store.count(ALL, 4);

    assertThat(page.keyValues()).hasSize(2);
    assertThat(page.count()).isEqualTo(4);
    assertThat(counted.keyValues()).isEmpty();
    assertThat(counted.count()).isEqualTo(3);
    assertThat(counted.revision()).isEqualTo(5);
  }

  @Test
  void refusesRevisionsThatAreNotThereYet() {
    text.put("a", "1");

    assertRefused(EtcdError.FUTURE_REVISION, () -> store.range(ALL, 3, 0));
    assertRefused(EtcdError.FUTURE_REVISION, () -> store.count(ALL, 3));
    assertRefused(EtcdError.FUTURE_REVISION, () -> store.compact(3));
    assertRefused(EtcdError.FUTURE_REVISION, () -> store.hash(3));
  }

  @Test
  void showsATransactionToItselfOnly() {
    text.put("a", "1");
    text.put("b", "1");

    try (var txn = store.begin()) {
      assertThat(txn.range(ALL, 0, 0).revision()).isEqualTo(3);
      txn.put(bytes("a"), bytes("2"), 0);
      txn.put(bytes("c"), bytes("1"), 0);
      txn.delete(single("b"));

      assertThat(texts(txn.range(ALL, 0, 0))).containsExactly("a=2 2/4/2", "c=1 4/4/1");
      assertThat(txn.range(ALL, 0, 0).revision()).isEqualTo(4);
      assertThat(txn.count(ALL, 3).count()).isEqualTo(2);
      assertThat(txn.get(bytes("b"))).isNull();
      assertThat(TextStore.text(txn.get(bytes("a")))).isEqualTo("a=2 2/4/2");
      assertRefused(EtcdError.FUTURE_REVISION, () -> txn.range(ALL, 5, 0));
      assertThat(text.range(0)).containsExactly("a=1 2/2/1", "b=1 3/3/1");
      assertThat(store.count(single("c"), 0).count()).isZero();

      assertThat(txn.commit()).isEqualTo(4);
    }

    assertThat(text.range(0)).containsExactly("a=2 2/4/2", "c=1 4/4/1");
    assertThat(text.history(4)).containsExactly("4: +a2(1) +c1 -b(1)");
  }

  @Test
  void returnsWhatWasDeletedInOrder() {
    text.put("b", "1");
    text.put("a", "1");
    text.put("c", "1");

    try (var txn = store.begin()) {
      var deleted = txn.delete(interval("a", "c"));
      var again = txn.delete(interval("a", "c"));
      txn.commit();

      assertThat(deleted).extracting(TextStore::text).containsExactly("a=1 3/3/1", "b=1 2/2/1");
      assertThat(again).isEmpty();
    }
    assertThat(text.history(5)).containsExactly("5: -a(1) -b(1)");
  }

  @Test
  void handlesADeleteAndAPutOfOneKeyInOneRevision() {
    text.put("a", "1");

    text.write(
        txn -> {
          txn.delete(single("a"));
          txn.put(bytes("a"), bytes("2"), 0);
        });

    assertThat(text.range(0)).containsExactly("a=2 3/3/1");
    assertThat(text.history(3)).containsExactly("3: -a(1) +a2(1)");
    store.compact(3);
    assertThat(text.range(0)).containsExactly("a=2 3/3/1");
  }

  @Test
  void takesBackWhatWasNotCommitted() {
    text.put("a", "1");
    text.put("b", "1");
    text.delete("b");

    try (var txn = store.begin()) {
      txn.put(bytes("a"), bytes("2"), 0);
      txn.put(bytes("b"), bytes("2"), 0);
      txn.put(bytes("c"), bytes("2"), 0);
      txn.delete(ALL);
    }
    text.put("d", "1");

    assertThat(text.range(0)).containsExactly("a=1 2/2/1", "d=1 5/5/1");
    assertThat(text.range(3)).containsExactly("a=1 2/2/1", "b=1 3/3/1");
    assertThat(text.history(5)).containsExactly("5: +d1");
  }

  @Test
  void tellsTheListenerWhenTheRevisionIsThere() {
    var heard = new ArrayList<Commit>();
    store.onCommit(
        commit -> {
          assertThat(store.revision()).isEqualTo(commit.revision());
          heard.add(commit);
        });

    text.put("a", "1");
    text.delete("b");
    text.delete("a");

    assertThat(heard).isEqualTo(store.history(2, Integer.MAX_VALUE).commits());
    assertThat(heard).hasSize(2);
  }

  @Test
  void cutsHistoryBetweenRevisionsOnly() {
    text.put("a", "1");
    text.write(
        txn -> {
          txn.put(bytes("b"), bytes("1"), 0);
          txn.put(bytes("c"), bytes("1"), 0);
        });
    text.delete("a");

    var some = store.history(1, 2);
    var rest = store.history(some.through() + 1, 2);

    assertThat(some.commits()).extracting(Commit::revision).containsExactly(2L, 3L);
    assertThat(some.commits().get(1).changes()).hasSize(2);
    assertThat(some.through()).isEqualTo(3);
    assertThat(rest.commits()).extracting(Commit::revision).containsExactly(4L);
    assertThat(rest.through()).isEqualTo(4);
    assertThat(store.history(5, 10)).isEqualTo(new Store.History(List.of(), 4));
    assertThat(store.history(99, 10).through()).isEqualTo(4);
  }

  @Test
  void knowsHowMuchItHolds() {
    text.put("a", "x".repeat(1000));
    long one = store.sizeInUse();
    text.put("a", "y".repeat(1000));
    long two = store.sizeInUse();
    store.compact(3);

    assertThat(one).isBetween(1000L, 1500L);
    assertThat(two).isEqualTo(2 * one);
    assertThat(store.sizeInUse()).isEqualTo(one);
    assertThat(store.size()).isEqualTo(two);

    store.defragment();

    assertThat(store.size()).isEqualTo(one);
  }
}
