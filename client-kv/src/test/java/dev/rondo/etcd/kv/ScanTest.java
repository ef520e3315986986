package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScanTest {
  private final FakeStore store = new FakeStore();
  private final KvClient kv = clientOf(store);

  private static KvClient clientOf(FakeStore store) {
    return new GrpcKvClient(
        new FakeCalls(request -> store.answer((RangeRequest) request)), Namespace.ROOT);
  }

  private void put(String... keys) {
    for (String key : keys) {
      store.put(Bytes.utf8(key), Bytes.utf8("value of " + key));
    }
  }

  private static List<String> names(Iterable<KeyValue> kvs) {
    List<String> names = new ArrayList<>();
    kvs.forEach(kv -> names.add(kv.key().utf8()));
    return names;
  }

  @Property
  void findsTheKeysOfARangeAsTheyStoodWhenItBegan(
      @ForAll("keys") List<Bytes> before,
      @ForAll("keys") List<Bytes> meanwhile,
      @ForAll("ranges") KeyRange range,
      @ForAll @IntRange(min = 1, max = 8) int pageSize) {
    FakeStore changing = new FakeStore();
    before.forEach(key -> changing.put(key, key));
    List<Bytes> expected = changing.keys(range);
    Revision revision = changing.revision();
    Scan scan = clientOf(changing).scan(range, options -> options.pageSize(pageSize));

    List<Bytes> seen = new ArrayList<>();
    Iterator<Bytes> changes = meanwhile.iterator();
    for (KeyValue kv : scan) {
      seen.add(kv.key());
      assertThat(kv.value()).isEqualTo(kv.key());
      if (changes.hasNext()) {
        changing.delete(kv.key());
        changing.put(changes.next(), Bytes.utf8("too late"));
      }
    }

    assertThat(seen).isEqualTo(expected);
    assertThat(scan.revision()).isEqualTo(revision);
    assertThat(scan).extracting(KeyValue::key).isEqualTo(expected);
  }

  @Provide
  Arbitrary<List<Bytes>> keys() {
    return key().list().ofMaxSize(30);
  }

  @Provide
  Arbitrary<KeyRange> ranges() {
    return Arbitraries.oneOf(
        key().map(KeyRange::key),
        key().map(KeyRange::prefix),
        key().map(KeyRange::from),
        key().map(start -> KeyRange.interval(start, start.append(Bytes.of((byte) 0)))),
        key().map(start -> KeyRange.interval(start, start.append(Bytes.of((byte) 'a', (byte) 1)))),
        Arbitraries.just(KeyRange.all()));
  }

  private static Arbitrary<Bytes> key() {
    return Arbitraries.of((byte) 0, (byte) 'a', (byte) 0xff)
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(Bytes::of);
  }

  @Test
  void readsEachFurtherPageFromRightAfterTheLastKeyAtTheRevisionOfTheFirst() {
    put("k1", "k2", "k3");
    long revision = store.revision().value();

    assertThat(names(kv.scan(KeyRange.prefix("k"), scan -> scan.pageSize(2).keysOnly())))
        .containsExactly("k1", "k2", "k3");

    RangeRequest first =
        RangeRequest.newBuilder()
            .setKey(Samples.utf8("k"))
            .setRangeEnd(Samples.utf8("l"))
            .setLimit(2)
            .setKeysOnly(true)
            .build();
    RangeRequest second =
        first.toBuilder().setKey(Samples.utf8("k2\0")).setRevision(revision).build();
    assertThat(store.asked).containsExactly(first, second);
  }

  @Test
  void readsAThousandKeysAtATimeByDefault() {
    kv.scan(KeyRange.all());

    assertThat(store.asked).extracting(RangeRequest::getLimit).containsExactly(1000L);
  }

  @Test
  void readsAPageOnlyWhenItIsNeeded() {
    put("a", "b", "c");

    Iterator<KeyValue> keys = kv.scan(KeyRange.all(), scan -> scan.pageSize(1)).iterator();

    assertThat(keys.next().key()).isEqualTo(Bytes.utf8("a"));
    assertThat(store.asked).hasSize(1);
    assertThat(keys.hasNext()).isTrue();
    assertThat(store.asked).hasSize(2);
  }

  @Test
  void readsNoEmptyPageAtTheEnd() {
    put("a", "b");

    assertThat(names(kv.scan(KeyRange.all(), scan -> scan.pageSize(2)))).hasSize(2);

    assertThat(store.asked).hasSize(1);
  }

  @Test
  void readsAnOlderRevision() {
    put("a", "b");
    Revision old = store.revision();
    put("c");

    Scan scan = kv.scan(KeyRange.all(), options -> options.pageSize(1).revision(old));

    assertThat(names(scan)).containsExactly("a", "b");
    assertThat(scan.revision()).isEqualTo(old);
  }

  @Test
  void canBeGoneThroughAgainAndStaysAtItsRevision() {
    put("a", "b", "c");
    Scan scan = kv.scan(KeyRange.all(), options -> options.pageSize(2));
    names(scan);

    put("d");

    assertThat(names(scan)).containsExactly("a", "b", "c");
    assertThat(scan.stream().map(kv -> kv.key().utf8())).containsExactly("a", "b", "c");
  }

  @Test
  void findsNothingInAnEmptyRange() {
    Scan scan = kv.scan(KeyRange.prefix("k"));

    assertThat(scan).isEmpty();
    assertThatThrownBy(() -> scan.iterator().next()).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void handsOverEachKeyWithoutBlocking() {
    put("a", "b", "c", "d", "e");
    List<String> seen = new ArrayList<>();

    CompletableFuture<Void> done =
        kv.async()
            .scan(KeyRange.all(), scan -> scan.pageSize(2))
            .thenCompose(page -> page.forEachRemaining(kv -> seen.add(kv.key().utf8())));

    assertThat(done).isCompleted();
    assertThat(seen).containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void givesOnePageAfterTheOther() {
    put("a", "b", "c");

    ScanPage first = kv.async().scan(KeyRange.all(), scan -> scan.pageSize(2)).join();
    put("d");
    ScanPage second = first.next().join();

    assertThat(names(first.kvs())).containsExactly("a", "b");
    assertThat(first.isLast()).isFalse();
    assertThat(names(second.kvs())).containsExactly("c");
    assertThat(second.isLast()).isTrue();
    assertThat(second.revision()).isEqualTo(first.revision());
    assertThatThrownBy(second::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("next must not be called on the last page of a scan");
  }

  @Test
  void doesNotFillTheStackWhereAnswersAreThereAtOnce() {
    RangeResponse endless =
        RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE).setMore(true).build();
    RangeResponse last = endless.toBuilder().setMore(false).build();
    int[] pages = {0};
    var calls = new FakeCalls(request -> ++pages[0] < 100_000 ? endless : last);
    int[] seen = {0};

    CompletableFuture<Void> done =
        ScanPage.read(calls, Namespace.ROOT, KeyRange.all(), ScanOptions.DEFAULT)
            .join()
            .forEachRemaining(kv -> seen[0]++);

    assertThat(done).isCompleted();
    assertThat(seen[0]).isEqualTo(100_000);
  }

  @Test
  void endsWithWhatTheConsumerThrows() {
    put("a", "b", "c");
    ScanPage page = kv.async().scan(KeyRange.all(), scan -> scan.pageSize(1)).join();
    var failure = new IllegalStateException("enough");

    CompletableFuture<Void> done =
        page.forEachRemaining(
            kv -> {
              throw failure;
            });

    assertThatThrownBy(done::join).isInstanceOf(CompletionException.class).hasCause(failure);
    assertThat(store.asked).hasSize(1);
  }

  @Test
  void handsOverAndAsksForNoMoreOnceCancelled() {
    put("a", "b", "c");
    ScanPage page = kv.async().scan(KeyRange.all(), scan -> scan.pageSize(2)).join();
    List<String> seen = new ArrayList<>();
    ScanWalk[] walk = new ScanWalk[1];
    walk[0] =
        new ScanWalk(
            kv -> {
              seen.add(kv.key().utf8());
              walk[0].cancel(true);
            });

    walk[0].from(page);

    assertThatThrownBy(walk[0]::join).isInstanceOf(CancellationException.class);
    assertThat(seen).containsExactly("a");
    assertThat(store.asked).hasSize(1);
  }

  @Test
  void failsRatherThanToStopEarlyOnAPageThatMakesNoSense() {
    var calls = new FakeCalls(request -> RangeResponse.newBuilder().setMore(true).build());

    assertThatThrownBy(() -> new GrpcKvClient(calls, Namespace.ROOT).scan(KeyRange.all()))
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER))
        .hasMessageStartingWith("scan: a page without keys is not the last one");
  }

  @Test
  void refusesAPageOfNothing() {
    assertThatThrownBy(() -> kv.scan(KeyRange.all(), scan -> scan.pageSize(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pageSize must be at least 1, was 0");
  }
}
