package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Watches of typed views, on fake time. Values are text such as {@code key@5}. */
class TypedWatchTest {
  /** Text, but for what begins with {@code bad}. */
  private static final Codec<String> GOOD =
      new Codec<>() {
        @Override
        public Bytes encode(String value) {
          return Bytes.utf8(value);
        }

        @Override
        public String decode(Bytes bytes) {
          if (bytes.startsWith(Bytes.utf8("bad"))) {
            throw new IllegalArgumentException("bad: " + bytes.utf8());
          }
          return bytes.utf8();
        }
      };

  private static final class Heard implements TypedWatchListener<String, String> {
    final List<Object> told = new ArrayList<>(); // batches, failures and the end, in their order
    UnaryOperator<Throwable> onError = thrown -> thrown;

    @Override
    public void onBatch(TypedWatchBatch<String, String> batch) {
      told.add(batch);
    }

    @Override
    public void onError(Throwable thrown) {
      told.add(onError.apply(thrown));
    }

    @Override
    public void onEnd(WatchEnd end) {
      told.add(end);
    }

    <T> List<T> all(Class<T> type) {
      return told.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<DecodingException> failures() {
      return all(DecodingException.class);
    }

    List<TypedWatchEvent<String, String>> events() {
      List<TypedWatchEvent<String, String>> events = new ArrayList<>();
      for (Object each : told) {
        if (each instanceof TypedWatchBatch<?, ?>) {
          events.addAll(asBatch(each).events());
        }
      }
      return events;
    }

    @SuppressWarnings("unchecked") // nothing else is told here
    private static TypedWatchBatch<String, String> asBatch(Object batch) {
      return (TypedWatchBatch<String, String>) batch;
    }

    /** Keys that were put, and those that were deleted or read anew with a sign before them. */
    List<String> names() {
      List<String> names = new ArrayList<>();
      for (var event : events()) {
        if (event instanceof TypedWatchEvent.Put<String, String> put) {
          names.add(put.kv().key());
        } else if (event instanceof TypedWatchEvent.Delete<String, String> delete) {
          names.add("-" + delete.key());
        } else if (event instanceof TypedWatchEvent.Resynced<String, String> part) {
          part.kvs().forEach(kv -> names.add("=" + kv.key()));
        }
      }
      return names;
    }
  }

  private final WatchFixture given = new WatchFixture();
  private final Heard heard = new Heard();

  private Watch watch(
      Codec<String> keys, Codec<String> values, Consumer<WatchOptions.Builder> options) {
    var watch = given.kv.as(keys, values).watch(KeyRange.all(), options, heard);
    given.run();
    assertThat(watch).isCompleted();
    return watch.join();
  }

  @Test
  void tellsWhatTheCodecsMakeOfIt() {
    var watch = watch(Codec.utf8(), Codec.utf8(), options -> options.prevKv().progressNotify());

    given.put("a", "b");
    given.put("a");
    given.store.delete("b");
    given.server.pump();
    given.run();

    assertThat(heard.names()).containsExactly("a", "b", "a", "-b");
    var put = (TypedWatchEvent.Put<String, String>) heard.events().get(2);
    assertThat(put.kv().value()).isEqualTo("a@3");
    assertThat(put.isCreation()).isFalse();
    assertThat(put.prevKv().map(TypedKeyValue::value)).contains("a@2");
    var delete = (TypedWatchEvent.Delete<String, String>) heard.events().get(3);
    assertThat(delete.revision()).isEqualTo(Revision.of(4));
    assertThat(delete.prevKv().map(TypedKeyValue::value)).contains("b@2");
    assertThat(heard.all(TypedWatchBatch.class).get(0).revision()).isEqualTo(Revision.of(2));
    assertThat(heard.failures()).isEmpty();
    given.server.stream().progress();
    given.run();
    assertThat(heard.events()).contains(new TypedWatchEvent.Progress<>(Revision.of(4)));
    given.server.stream().end(null);
    given.advance(java.time.Duration.ofSeconds(1));
    assertThat(heard.events()).contains(new TypedWatchEvent.Reconnected<>(Revision.of(4)));
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
  }

  @Test
  void aValueThatCannotBeDecodedHitsNothingElse() {
    var other = new WatchFixture.Heard();
    given.watch(other);
    var watch = watch(Codec.utf8(), GOOD, options -> {});

    given.put("a", "bad", "c");
    given.put("d");

    assertThat(heard.told).hasSize(3);
    assertThat(heard.told.get(0))
        .as("before the batch that lacks it")
        .isInstanceOf(DecodingException.class);
    assertThat(heard.names()).containsExactly("a", "c", "d");
    assertThat(heard.failures().get(0).key()).isEqualTo(Bytes.utf8("bad"));
    assertThat(heard.failures().get(0).modRevision()).isEqualTo(Revision.of(2));
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(watch.revision()).isEqualTo(Revision.of(3));
    assertThat(other.changes()).hasSize(4);
    assertThat(other.errors).isEmpty();
  }

  @Test
  void tellsNoBatchOfWhichNothingIsLeft() {
    var watch = watch(GOOD, Codec.utf8(), options -> {});

    given.put("bad");

    assertThat(heard.told).hasSize(1);
    assertThat(heard.failures()).hasSize(1);
    assertThat(heard.failures().get(0).part()).isEqualTo(DecodingException.Part.KEY);
    assertThat(watch.revision()).isEqualTo(Revision.of(2));
  }

  @Test
  void tellsAChangeThoughWhatWasBeforeCannotBeDecoded() {
    given.put("bad", "x");
    watch(Codec.utf8(), GOOD, WatchOptions.Builder::prevKv);

    given.store.delete("bad", "x");
    given.server.pump();
    given.run();

    assertThat(heard.names()).containsExactly("-bad", "-x");
    assertThat(heard.failures()).hasSize(1);
    assertThat(heard.events())
        .extracting(event -> ((TypedWatchEvent.Delete<String, String>) event).prevKv())
        .extracting(Optional::isPresent)
        .containsExactly(false, true);
  }

  @Test
  void aResyncLacksWhatCannotBeDecoded() {
    given.store.put("a");
    given.store.put("bad");
    given.store.put("c");
    given.store.compact(4);

    watch(
        Codec.utf8(),
        GOOD,
        options -> options.startRevision(Revision.of(2)).resyncWhenCompacted().bufferEvents(2));
    given.run();

    assertThat(heard.names()).containsExactly("=a", "=c");
    assertThat(heard.failures()).hasSize(1);
    assertThat(heard.events())
        .extracting(part -> ((TypedWatchEvent.Resynced<String, String>) part).isLast())
        .containsExactly(false, true);
  }

  @Test
  void goesOnThoughTheListenerFailsWhenItIsTold() {
    watch(Codec.utf8(), GOOD, options -> {});
    heard.onError =
        thrown -> {
          throw new IllegalStateException("told", thrown);
        };

    given.put("a", "bad");
    given.put("c");

    assertThat(heard.names()).containsExactly("a", "c");
  }

  @Test
  void tellsTheEnd() {
    watch(Codec.utf8(), GOOD, options -> {});

    given.server.watcher().close();
    given.run();

    assertThat(heard.told).containsExactly(new WatchEnd.Disconnected());
  }

  @Test
  void cancellingTheCreationClosesTheWatch() {
    given.server.silent.addAll(List.of(FakeWatchServer.A, FakeWatchServer.B, FakeWatchServer.C));
    var watch = given.kv.as(Codec.utf8(), GOOD).watch(KeyRange.all(), options -> {}, heard);
    given.run();

    watch.cancel(true);
    given.run();

    assertThat(given.server.open()).isEmpty();
  }
}
