package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.AsyncTypedKvClient;
import dev.rondo.etcd.kv.DecodingException;
import dev.rondo.etcd.kv.DeleteOptions;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.PutOptions;
import dev.rondo.etcd.kv.TypedKeyValue;
import dev.rondo.etcd.kv.TypedKvClient;
import dev.rondo.etcd.kv.TypedWatchBatch;
import dev.rondo.etcd.kv.TypedWatchEvent;
import dev.rondo.etcd.kv.TypedWatchListener;
import dev.rondo.etcd.kv.WatchState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A view with text as keys and points as values, in a namespace. */
@Timeout(120)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class TypedViewTest {
  private static final Duration PATIENCE = ofSeconds(30);

  private record Point(int x, int y) {}

  /** A codec such as users write. */
  private static final class PointCodec implements Codec<Point> {
    @Override
    public Bytes encode(Point point) {
      return Bytes.utf8(point.x + "," + point.y);
    }

    @Override
    public Point decode(Bytes bytes) {
      String[] parts = bytes.utf8().split(",", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("a point must have two parts");
      }
      return new Point(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
  }

  private static final class Heard implements TypedWatchListener<String, Point> {
    final List<TypedWatchEvent<String, Point>> events = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @Override
    public void onBatch(TypedWatchBatch<String, Point> batch) {
      events.addAll(batch.events());
    }

    @Override
    public void onError(Throwable thrown) {
      errors.add(thrown);
    }

    void awaitEvents(int count) {
      await().atMost(PATIENCE).until(() -> events.size() >= count);
    }
  }

  private final KvClient bytes;
  private final TypedKvClient<String, Point> points;
  private final AsyncTypedKvClient<String, Point> async;

  TypedViewTest(SingleMember etcd) {
    this.bytes = etcd.kv().namespace(etcd.newPrefix());
    this.points = bytes.as(Codec.utf8(), new PointCodec());
    this.async = points.async();
  }

  @Test
  void writesAndReads() {
    var first = points.put("home", new Point(1, 2));
    var second = async.put("home", new Point(3, 4), PutOptions.Builder::prevKv).join();

    assertThat(bytes.get("home").orElseThrow().value().utf8()).isEqualTo("3,4");
    assertThat(points.get("home").map(TypedKeyValue::value)).contains(new Point(3, 4));
    assertThat(second.previous().map(TypedKeyValue::value)).contains(new Point(1, 2));
    assertThat(second.previous().orElseThrow().modRevision()).isEqualTo(first.header().revision());
    assertThat(points.get("work")).isEmpty();
    points.put("work", new Point(5, 6));
    assertThat(async.get(KeyRange.all()).join().kvs())
        .extracting(TypedKeyValue::key)
        .containsExactly("home", "work");
    var deleted = points.delete(KeyRange.from("home"), DeleteOptions.Builder::prevKv);
    assertThat(deleted.previous())
        .extracting(TypedKeyValue::value)
        .containsExactly(new Point(3, 4), new Point(5, 6));
    assertThat(async.delete("home").join().deleted()).isZero();
  }

  @Test
  void writesOnConditions() {
    assertThat(points.putIfAbsent("home", new Point(1, 1)).succeeded()).isTrue();
    var lost = async.putIfAbsent("home", new Point(2, 2)).join();
    assertThat(lost.existing().map(TypedKeyValue::value)).contains(new Point(1, 1));
    Revision created = lost.existing().orElseThrow().modRevision();

    assertThat(points.compareAndSet("home", new Point(9, 9), new Point(2, 2)).succeeded())
        .isFalse();
    assertThat(points.compareAndSet("home", new Point(1, 1), new Point(2, 2)).succeeded()).isTrue();
    assertThat(async.compareAndSet("home", created, new Point(3, 3)).join().existing())
        .map(TypedKeyValue::value)
        .contains(new Point(2, 2));
    assertThat(points.compareAndSet("new", Revision.NONE, new Point(4, 4)).succeeded()).isTrue();
  }

  @Test
  void countsInANumber() {
    var counters = bytes.as(Codec.bytes(), Codec.int64());
    Bytes key = Bytes.of((byte) 0, (byte) 0xff);
    counters.put(key, Long.MIN_VALUE);

    assertThat(counters.compareAndSet(key, Long.MIN_VALUE, -1L).succeeded()).isTrue();

    assertThat(counters.get(counters.range(key)).kvs())
        .extracting(TypedKeyValue::value)
        .containsExactly(-1L);
  }

  @Test
  void scansPastWhatItCannotDecode() {
    points.put("a", new Point(1, 1));
    bytes.put("b", "nowhere");
    points.put("c", new Point(3, 3));
    List<Object> seen = new ArrayList<>();

    var scan = points.scan(KeyRange.all(), options -> options.pageSize(1)).iterator();
    while (scan.hasNext()) {
      try {
        seen.add(scan.next().value());
      } catch (DecodingException e) {
        seen.add(e.key());
      }
    }

    assertThat(seen).containsExactly(new Point(1, 1), Bytes.utf8("b"), new Point(3, 3));
    assertThatThrownBy(() -> points.get(KeyRange.all()))
        .isInstanceOf(DecodingException.class)
        .hasMessageNotContaining("nowhere");
    assertThat(async.scan(KeyRange.from("c")).join().kvs())
        .extracting(TypedKeyValue::value)
        .containsExactly(new Point(3, 3));
  }

  @Test
  void watchesPastWhatItCannotDecode() {
    var heard = new Heard();
    var others = new Heard();
    var watch = points.watch(KeyRange.all(), options -> {}, heard);
    async.watch(points.range("c"), options -> {}, others).join();

    try (var changes = points.watch(KeyRange.all())) {
      points.put("a", new Point(1, 1));
      bytes.put("b", "nowhere");
      points.put("c", new Point(3, 3));
      points.delete("b");
      heard.awaitEvents(3);
      others.awaitEvents(1);

      assertThat(heard.events.get(0))
          .isInstanceOfSatisfying(
              TypedWatchEvent.Put.class,
              put -> assertThat(put.kv().value()).isEqualTo(new Point(1, 1)));
      assertThat(heard.events.get(2))
          .isInstanceOfSatisfying(
              TypedWatchEvent.Delete.class, delete -> assertThat(delete.key()).isEqualTo("b"));
      assertThat(heard.errors)
          .singleElement()
          .isInstanceOfSatisfying(
              DecodingException.class,
              failure -> assertThat(failure.key()).isEqualTo(Bytes.utf8("b")));
      assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
      assertThat(others.errors).isEmpty();
      assertThat(others.events).hasSize(1);
      assertThat(changes.next()).isInstanceOf(TypedWatchEvent.Put.class);
      assertThatThrownBy(changes::next).isInstanceOf(DecodingException.class);
      assertThat(changes.next()).isInstanceOf(TypedWatchEvent.Put.class);
      assertThat(changes.next()).isInstanceOf(TypedWatchEvent.Delete.class);
    }
  }

  @Test
  void readsAnewWhatWasCompacted() {
    Revision first = points.put("a", new Point(1, 1)).header().revision();
    bytes.put("b", "nowhere");
    Revision last = points.put("c", new Point(3, 3)).header().revision();
    bytes.compact(last);
    var heard = new Heard();

    points.watch(
        KeyRange.all(), options -> options.startRevision(first).resyncWhenCompacted(), heard);
    heard.awaitEvents(1);
    points.put("d", new Point(4, 4));
    heard.awaitEvents(2);

    var part = (TypedWatchEvent.Resynced<String, Point>) heard.events.get(0);
    assertThat(part.kvs()).extracting(TypedKeyValue::key).containsExactly("a", "c");
    assertThat(part.revision()).isEqualTo(last);
    assertThat(heard.errors).hasSize(1);
    assertThat(heard.events.get(1)).isInstanceOf(TypedWatchEvent.Put.class);
  }
}
