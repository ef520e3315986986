package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyCacheTest {
  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;
  private final ModelStore store = given.store;
  private final HeardChanges heard = new HeardChanges();

  private CompletableFuture<KeyCache> start(Consumer<CacheOptions.Builder> options) {
    var cache = given.kv.cache(KeyRange.all(), options);
    given.run();
    return cache;
  }

  private KeyCache cache() {
    var cache = start(options -> {});
    assertThat(cache).isCompleted();
    return cache.join();
  }

  private KeyCache heardCache() {
    KeyCache cache = cache();
    cache.onChange(heard);
    given.run();
    return cache;
  }

  private static List<String> keys(CacheSnapshot snapshot) {
    return snapshot.map().keySet().stream().map(Bytes::utf8).toList();
  }

  private void requireStoresState(KeyCache cache) {
    assertThat(cache.snapshot().map().values())
        .containsExactlyElementsOf(store.state().values().stream().map(Wire::keyValue).toList());
  }

  private void cutOffWhile(Runnable change) {
    server.down.addAll(List.of(FakeWatchServer.A, FakeWatchServer.B, FakeWatchServer.C));
    server.pump();
    given.run();
    change.run();
    server.down.clear();
  }

  private void settle() {
    for (int i = 0; i < 40; i++) {
      server.pump();
      given.advance(ofMillis(50));
    }
  }

  @Test
  void holdsWhatThereWasAndWhatComes() {
    store.put("a", "b");
    KeyCache cache = heardCache();
    assertThat(keys(cache.snapshot())).containsExactly("a", "b");
    assertThat(cache.revision()).isEqualTo(Revision.of(2));

    given.put("c");
    store.apply(new String[] {"a"}, new String[] {"b"});
    server.pump();
    given.run();

    requireStoresState(cache);
    assertThat(cache.revision()).isEqualTo(Revision.of(4));
    assertThat(cache.get("a").orElseThrow().value().utf8()).isEqualTo("a@4");
    assertThat(cache.get("b")).isEmpty();
    assertThat(cache.state()).isEqualTo(CacheState.ACTIVE);
    assertThat(cache.disconnectedFor()).isEmpty();
    assertThat(heard.copy()).isEqualTo(cache.snapshot().map());
  }

  @Test
  void readsAndListensWithoutCalls() {
    store.put("a");
    KeyCache cache = cache();
    int reads = server.reads.size();

    cache.onChange(heard);
    cache.get("a");
    cache.snapshot().map().firstEntry();

    assertThat(server.reads).hasSize(reads);
  }

  @Test
  void readsALargeRangeAtOneRevision() {
    store.put(IntStream.range(0, 7_000).mapToObj("key%05d"::formatted).toArray(String[]::new));

    KeyCache cache = cache();

    assertThat(cache.snapshot().map()).hasSize(7_000);
    assertThat(cache.revision()).isEqualTo(Revision.of(2));
    assertThat(server.reads).hasSizeBetween(3, 9);
    assertThat(server.reads.get(0).getRevision()).isZero();
    assertThat(server.reads.subList(1, server.reads.size()))
        .allMatch(read -> read.getRevision() == 2);
  }

  @Test
  void showsATransactionAsAWhole() {
    KeyCache cache = heardCache();
    List<Integer> sizes = new ArrayList<>();
    heard.onBatch = batch -> sizes.add(cache.snapshot().map().size());

    store.put("a", "b", "c");
    server.fragment = 1;
    server.pump();
    given.run();

    assertThat(heard.batches).extracting(batch -> batch.changes().size()).containsExactly(3);
    assertThat(sizes).containsExactly(3);
  }

  @Test
  void aSnapshotStaysWhatItWas() {
    store.put("a");
    KeyCache cache = cache();
    CacheSnapshot before = cache.snapshot();

    given.put("b");
    store.delete("a");
    server.pump();
    given.run();
    cache.close();
    given.run();

    assertThat(keys(before)).containsExactly("a");
    assertThat(before.revision()).isEqualTo(Revision.of(2));
  }

  @Test
  void tellsListenersWhatWasBefore() {
    store.put("a");
    KeyCache cache = heardCache();

    given.put("a");
    store.delete("a");
    given.put("b");

    assertThat(heard.starts).hasSize(1);
    var put = (CacheChange.Put) heard.changes().get(0);
    var delete = (CacheChange.Delete) heard.changes().get(1);
    var creation = (CacheChange.Put) heard.changes().get(2);
    assertThat(put.prevKv().orElseThrow().value().utf8()).isEqualTo("a@2");
    assertThat(delete.prevKv()).isEqualTo(put.kv());
    assertThat(delete.revision()).isEqualTo(Revision.of(4));
    assertThat(creation.prevKv()).isEmpty();
    assertThat(creation.key()).isEqualTo(Bytes.utf8("b"));
    assertThat(heard.batches).noneMatch(CacheBatch::isDifference);
    assertThat(cache.revision()).isEqualTo(Revision.of(5));
  }

  @Test
  void listenersThatThrowAreToldAndHurtNobody() {
    KeyCache cache = cache();
    var broken = new HeardChanges();
    broken.onBatch =
        batch -> {
          throw new IllegalStateException("mine");
        };
    cache.onChange(broken);
    cache.onChange(heard);

    given.put("a");
    given.put("b");

    assertThat(broken.errors).hasSize(2).allMatch(IllegalStateException.class::isInstance);
    assertThat(heard.changes()).hasSize(2);
    assertThat(heard.errors).isEmpty();
    requireStoresState(cache);
  }

  @Test
  void aListenerThatIsClosedHearsNoMore() {
    KeyCache cache = cache();
    CacheSubscription subscription = cache.onChange(heard);
    given.put("a");

    subscription.close();
    subscription.close();
    given.put("b");
    cache.close();
    given.run();

    assertThat(heard.changes()).hasSize(1);
    assertThat(heard.ends).isEmpty();
  }

  @Test
  void aListenerThatIsTooSlowHearsTheDifference() {
    IntStream.range(0, 50).forEach(i -> store.put("key" + i));
    KeyCache cache = cache();
    cache.onChange(heard);
    String[] many = IntStream.range(0, 300).mapToObj(i -> "key" + i).toArray(String[]::new);
    heard.onBatch =
        batch -> {
          if (heard.batches.size() == 1) {
            for (int i = 0; i < 60; i++) {
              given.put(many); // the others run on meanwhile
            }
            store.delete("key7");
            server.pump();
            given.run();
          }
        };
    given.run();

    given.put("first");
    settle();

    assertThat(heard.batches).anyMatch(CacheBatch::isDifference);
    assertThat(heard.changes().size()).isLessThan(18_000);
    assertThat(heard.copy()).isEqualTo(cache.snapshot().map());
    assertThat(heard.copy()).doesNotContainKey(Bytes.utf8("key7"));
    given.put("last");
    assertThat(heard.batches.get(heard.batches.size() - 1).isDifference()).isFalse();
  }

  @Test
  void goesOnWhereItWasAfterACut() {
    KeyCache cache = heardCache();
    given.put("a");

    cutOffWhile(
        () -> {
          assertThat(cache.state()).isEqualTo(CacheState.DISCONNECTED);
          assertThat(cache.disconnectedFor()).isPresent();
          assertThat(keys(cache.snapshot())).containsExactly("a");
          store.put("b");
        });
    settle();

    requireStoresState(cache);
    assertThat(cache.state()).isEqualTo(CacheState.ACTIVE);
    assertThat(heard.copy()).isEqualTo(cache.snapshot().map());
    assertThat(heard.batches).noneMatch(CacheBatch::isDifference);
  }

  @Test
  void takesOverTheDifferenceWhenItMissedWhatIsCompacted() {
    store.put("stays", "goes", "changes");
    KeyCache cache = heardCache();
    CacheSnapshot before = cache.snapshot();

    cutOffWhile(
        () -> {
          store.put("changes");
          store.put("comes");
          store.put("came and went");
          store.delete("goes", "came and went");
          store.compact(store.revision());
        });
    settle();

    requireStoresState(cache);
    assertThat(cache.revision()).isEqualTo(Revision.of(store.revision()));
    assertThat(heard.batches).singleElement().extracting(CacheBatch::isDifference).isEqualTo(true);
    assertThat(heard.changes())
        .extracting(change -> change.key().utf8())
        .containsExactly("changes", "comes", "goes");
    assertThat(cache.snapshot().map().get(Bytes.utf8("stays")))
        .as("what has not changed is not held twice")
        .isSameAs(before.map().get(Bytes.utf8("stays")));
    given.put("later");
    assertThat(heard.copy()).isEqualTo(cache.snapshot().map());
  }

  @Test
  void showsWhatItHasWhileItReadsAgain() {
    store.put("a");
    KeyCache cache = cache();

    cutOffWhile(
        () -> {
          store.put("b");
          store.put("c");
          store.compact(store.revision());
        });
    IntStream.range(0, 4).forEach(i -> server.readFailures.add(failure(Code.UNAVAILABLE)));
    server.readFailures.add(failure(Code.COMPACTED));
    given.advance(ofMillis(100));

    assertThat(cache.state()).isEqualTo(CacheState.RELOADING);
    assertThat(cache.disconnectedFor()).isPresent();
    assertThat(keys(cache.snapshot())).containsExactly("a");
    settle();
    requireStoresState(cache);
    assertThat(cache.state()).isEqualTo(CacheState.ACTIVE);
  }

  @Test
  void doesNotBelieveAServerThatIsBehind() {
    IntStream.range(0, 5).forEach(i -> store.put("key" + i));
    KeyCache cache = heardCache();
    cutOffWhile(
        () -> {
          store.skip(1);
          store.put("new");
          store.compact(store.revision());
        });
    server.readBehind = 3;

    settle();

    assertThat(server.reads).hasSize(3);
    requireStoresState(cache);
    assertThat(heard.revisions()).isSorted();
    assertThat(heard.changes())
        .singleElement()
        .extracting(CacheChange::key)
        .isEqualTo(Bytes.utf8("new"));
  }

  @Test
  void progressMakesItNewer() {
    store.put("a");
    KeyCache cache = cache();
    store.skip(10);

    server.stream().progress();
    given.run();

    assertThat(cache.revision()).isEqualTo(Revision.of(12));
    assertThat(keys(cache.snapshot())).containsExactly("a");
  }

  @Test
  void hasAWriteWhenItsRevisionIsReached() {
    KeyCache cache = cache();
    store.put("a");
    var own = cache.whenAtLeast(Revision.of(store.revision()));
    assertThat(own).isNotDone();

    server.pump();
    given.run();

    assertThat(own).isCompleted();
    assertThat(own.join().get("a")).isPresent();
    assertThat(cache.whenAtLeast(Revision.of(1))).isCompleted();
    assertThat(given.time.untilNext().orElseThrow())
        .as("nothing is asked")
        .isGreaterThan(ofSeconds(30));
  }

  @Test
  void asksTheServerOfTheWatchWhereNothingChanges() {
    store.put("a");
    KeyCache cache = cache();
    store.skip(5);
    int reads = server.reads.size();

    var reached = cache.whenAtLeast(Revision.of(7));
    given.advance(ofMillis(20));
    given.run();

    assertThat(reached).isCompleted();
    assertThat(server.stream().progressRequests()).isEqualTo(1);
    assertThat(server.reads).hasSize(reads);
  }

  @Test
  void provesThatNothingHasChangedWhereTheServerCannotSaySo() {
    server.version = "3.4.23";
    store.put("a");
    KeyCache cache = cache();
    store.skip(5);
    int reads = server.reads.size();

    var reached = cache.whenAtLeast(Revision.of(7));
    var more = cache.whenAtLeast(Revision.of(6));
    given.advance(ofMillis(60));

    assertThat(reached).isCompleted();
    assertThat(more).isCompleted();
    assertThat(cache.revision()).isEqualTo(Revision.of(7));
    assertThat(server.reads).hasSize(reads + 1);
    assertThat(server.reads.get(reads).getMinModRevision()).isEqualTo(3);
    assertThat(server.reads.get(reads).getKeysOnly()).isTrue();
    assertThat(server.stream().progressRequests()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aProofNeedsTheSameKeys(Difference difference) {
    server.version = "3.4.23";
    store.put("a", "b");
    KeyCache cache = cache();
    difference.make(store);

    var reached = cache.whenAtLeast(Revision.of(store.revision()));
    given.advance(ofMillis(60)); // the watch hears nothing yet

    assertThat(server.reads.get(server.reads.size() - 1).getMinModRevision()).isPositive();
    assertThat(reached).isNotDone();
    assertThat(cache.revision()).isEqualTo(Revision.of(2));
    server.pump();
    given.run();
    assertThat(reached).isCompleted();
    requireStoresState(cache);
  }

  enum Difference {
    CHANGED,
    ADDED,
    DELETED,
    REPLACED;

    void make(ModelStore store) {
      switch (this) {
        case CHANGED -> store.put("a");
        case ADDED -> store.put("c");
        case DELETED -> store.delete("a");
        case REPLACED -> store.apply(new String[] {"c"}, new String[] {"a"});
      }
    }
  }

  @Test
  void whatComesLateAfterAProofIsPassedOver() {
    server.version = "3.4.23";
    store.put("a");
    KeyCache cache = heardCache();
    store.put("b");
    store.delete("b");

    var reached = cache.whenAtLeast(Revision.of(4));
    given.advance(ofMillis(60));
    assertThat(reached).isCompleted();
    assertThat(cache.revision()).isEqualTo(Revision.of(4));
    given.put("c"); // in one batch with both

    assertThat(heard.changes()).extracting(CacheChange::key).containsExactly(Bytes.utf8("c"));
    requireStoresState(cache);
    store.put("d");
    store.delete("d");
    var unused = cache.whenAtLeast(Revision.of(7));
    given.advance(ofMillis(60));
    assertThat(cache.revision()).isEqualTo(Revision.of(7));
    server.pump();
    given.run();
    assertThat(heard.changes()).hasSize(1);
    assertThat(cache.revision()).isEqualTo(Revision.of(7));
  }

  @Test
  void waitsNoLongerThanACallMayTake() {
    KeyCache cache = cache();

    var reached = cache.whenAtLeast(Revision.of(99));
    given.advance(ofSeconds(10));

    EtcdException failure = WatchFixture.exception(reached);
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("revision 99 was not reached within PT10S");
    int reads = server.reads.size();
    given.advance(ofSeconds(10));
    assertThat(server.reads).as("nobody waits").hasSize(reads);
  }

  @Test
  void whoCancelsWaitsNoLonger() {
    KeyCache cache = cache();
    var reached = cache.whenAtLeast(Revision.of(99));
    given.advance(ofMillis(100));

    reached.cancel(true);
    given.run();
    int reads = server.reads.size();
    given.advance(ofSeconds(20));

    assertThat(server.reads).hasSize(reads);
  }

  @Test
  void refusesARangeWithTooManyKeysBeforeItIsRead() {
    IntStream.range(0, 300).forEach(i -> store.put("key" + i));

    var cache = start(options -> options.maxKeys(299));

    var failure = (CacheEndedException) WatchFixture.exception(cache);
    assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(failure.end())
        .isInstanceOfSatisfying(
            CacheEnd.Exceeded.class, end -> assertThat(end.keys()).isEqualTo(300));
    assertThat(failure).hasMessageContaining("it may hold 299 keys");
    assertThat(server.reads).hasSize(1);
    assertThat(server.streams).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void refusesARangeWithTooManyBytes() {
    store.put("12345");
    int size = "12345".length() + "12345@2".length();

    assertThat(start(options -> options.maxBytes(size))).isCompleted();
    assertThat(start(options -> options.maxBytes(size - 1))).isCompletedExceptionally();
  }

  @Test
  void endsWhenTheRangeBecomesTooLargeAndHurtsNoOther() {
    store.put("a");
    KeyCache small = start(options -> options.maxKeys(2)).join();
    KeyCache large = cache();
    small.onChange(heard);
    given.put("b");
    assertThat(small.state()).isEqualTo(CacheState.ACTIVE);
    CacheSnapshot last = small.snapshot();
    var waiting = small.whenAtLeast(Revision.of(99));

    given.put("c");

    assertThat(small.state()).isEqualTo(CacheState.ENDED);
    assertThat(small.end().orElseThrow()).isInstanceOf(CacheEnd.Exceeded.class);
    assertThat(heard.ends).containsExactly(small.end().orElseThrow());
    assertThat(waiting).isCompletedExceptionally();
    assertThat(small.whenAtLeast(Revision.of(1)))
        .satisfies(it -> given.run())
        .isCompletedExceptionally();
    assertThatThrownBy(() -> small.get("a"))
        .isInstanceOfSatisfying(
            CacheEndedException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
    assertThatThrownBy(small::snapshot).isInstanceOf(CacheEndedException.class);
    assertThatThrownBy(small::revision).isInstanceOf(CacheEndedException.class);
    assertThatThrownBy(() -> small.onChange(heard)).isInstanceOf(CacheEndedException.class);
    assertThat(keys(last)).containsExactly("a", "b");
    assertThat(large.state()).isEqualTo(CacheState.ACTIVE);
    requireStoresState(large);
    assertThat(server.watches()).isEqualTo(1);
  }

  @Test
  void failsIfItIsNotLoadedInTime() {
    IntStream.range(0, 1_000).forEach(i -> server.readFailures.add(failure(Code.UNAVAILABLE)));

    var cache = start(options -> {});
    given.advance(ofSeconds(9));
    assertThat(cache).isNotDone();
    given.advance(ofSeconds(1));

    EtcdException failure = WatchFixture.exception(cache);
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("it was not loaded and watched within PT10S");
    assertThat(failure.getCause()).hasMessageContaining("broken");
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void failsIfItIsNotWatchedInTime() {
    server.silent.addAll(List.of(FakeWatchServer.A, FakeWatchServer.B, FakeWatchServer.C));

    var cache = start(options -> {});
    given.advance(ofSeconds(10));

    assertThat(WatchFixture.exception(cache).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    given.run();
    assertThat(given.time.waiting()).isZero();
    assertThat(server.open()).isEmpty();
  }

  @Test
  void failsAtOnceIfItMayNotRead() {
    server.readFailures.add(failure(Code.PERMISSION_DENIED));

    var cache = start(options -> {});

    assertThat(WatchFixture.exception(cache).code()).isEqualTo(Code.PERMISSION_DENIED);
  }

  @Test
  void endsIfItMayReadNoMore() {
    KeyCache cache = heardCache();
    cutOffWhile(
        () -> {
          store.put("a");
          store.put("b");
          store.compact(store.revision());
        });
    server.readFailures.add(failure(Code.PERMISSION_DENIED));

    settle();

    assertThat(cache.end().orElseThrow()).isInstanceOf(CacheEnd.Refused.class);
    assertThat(heard.ends).hasSize(1);
    assertThatThrownBy(cache::snapshot)
        .isInstanceOfSatisfying(
            CacheEndedException.class,
            thrown -> assertThat(thrown.code()).isEqualTo(Code.PERMISSION_DENIED));
  }

  @Test
  void readsSmallerPagesWhereTheyAreTooLarge() {
    IntStream.range(0, 200).forEach(i -> store.put("key" + i));
    server.readFailures.addAll(
        List.of(failure(Code.ANSWER_TOO_LARGE), failure(Code.ANSWER_TOO_LARGE)));

    KeyCache cache = cache();

    assertThat(cache.snapshot().map()).hasSize(200);
    assertThat(server.reads).extracting(read -> read.getLimit()).startsWith(100L, 50L, 25L, 25L);
    assertThat(server.reads).allMatch(read -> read.getLimit() >= 25);
  }

  @Test
  void closingFreesEverything() {
    KeyCache cache = heardCache();
    var waiting = cache.whenAtLeast(Revision.of(99));
    given.advance(ofMillis(10));

    cache.close();
    cache.close();
    given.run();
    given.put("a");

    assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
    assertThat(cache.end()).isEmpty();
    assertThatThrownBy(cache::snapshot)
        .isInstanceOfSatisfying(
            EtcdException.class, thrown -> assertThat(thrown.code()).isEqualTo(Code.CLOSED))
        .hasMessageContaining("it was closed");
    assertThat(WatchFixture.exception(waiting).code()).isEqualTo(Code.CLOSED);
    assertThat(heard.changes()).isEmpty();
    assertThat(heard.ends).isEmpty();
    assertThat(server.watches()).isZero();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void cancellingItsCreationClosesIt() {
    server.readFailures.add(failure(Code.UNAVAILABLE));
    var cache = start(options -> {});

    cache.cancel(true);
    given.advance(ofSeconds(20));

    assertThat(server.reads).hasSize(1);
    assertThat(server.streams).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void endsWithTheConnection() throws Exception {
    KeyCache cache = heardCache();
    server.readFailures.add(failure(Code.UNAVAILABLE));
    var coming = given.kv.cache(KeyRange.all());
    given.run();

    server.close();
    given.run();

    assertThat(cache.end()).contains(new CacheEnd.Disconnected());
    assertThat(heard.ends).containsExactly(new CacheEnd.Disconnected());
    assertThatThrownBy(cache::snapshot).isInstanceOf(CacheEndedException.class);
    assertThat(WatchFixture.exception(coming).code()).isEqualTo(Code.CLOSED);
  }

  @Test
  void tellsNothingOfItsKeys() {
    store.put("secret");
    KeyCache cache = cache();

    assertThat(cache.snapshot()).hasToString("CacheSnapshot[revision=2, keys=1]");
    assertThat(cache.toString()).doesNotContain("secret");
    assertThat(cache.snapshot().map().toString()).doesNotContain("secret");
  }

  @Test
  void refusesBadLimits() {
    assertThatThrownBy(() -> CacheOptions.builder().maxKeys(0))
        .hasMessage("maxKeys must be at least 1, was 0");
    assertThatThrownBy(() -> CacheOptions.builder().maxBytes(-1))
        .hasMessage("maxBytes must be at least 1, was -1");
    assertThat(CacheOptions.DEFAULT.maxKeys()).isEqualTo(1_000_000);
    assertThat(CacheOptions.DEFAULT.maxBytes()).isEqualTo(256L << 20);
  }

  @Test
  void knowsWhatItIsOf() {
    KeyCache cache = cache();

    assertThat(cache.range()).isEqualTo(KeyRange.all());
    assertThat(cache.options().maxKeys()).isEqualTo(1_000_000);
    assertThat(cache.snapshot().get("none").map(KeyValue::key)).isEmpty();
  }
}
