package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Consumers that are slower than the changes. */
class WatchBufferTest {
  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;
  private final WatchFixture.Heard heard = new WatchFixture.Heard();

  /** Writes and lets the client take what comes, while no listener runs. */
  private void putUnheard(String... keys) {
    given.store.put(keys);
    server.pump();
    given.time.runDue();
  }

  private WatchedRange slow(Consumer<WatchOptions.Builder> options) {
    return (WatchedRange) given.watch(heard, options);
  }

  /** How many events there are in the buffer. */
  private static int held(WatchedRange watch) {
    int held = 0;
    for (WatchBatch batch = watch.buffer().take(); batch != null; batch = watch.buffer().take()) {
      held += batch.events().size();
      watch.buffer().release();
    }
    return held;
  }

  @Test
  void holdsNoMoreEventsThanItsBufferTakesAndLosesNone() {
    var watch = slow(options -> options.bufferEvents(10));
    for (int i = 0; i < 100; i++) {
      putUnheard("a" + i, "b" + i, "c" + i);
    }

    assertThat(watch.state()).isEqualTo(WatchState.BEHIND);
    assertThat(server.open()).as("in nobody's way").isEmpty();
    given.run();

    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2)).hasSize(300);
    assertThat(heard.batches).allMatch(batch -> batch.events().size() <= 9);
    assertThat(heard.notices(WatchEvent.Reconnected.class)).as("that is no break").isEmpty();
  }

  @Test
  void holdsNoMoreThanItsBufferTakes() {
    var watch = slow(options -> options.bufferEvents(10));

    for (int i = 0; i < 100; i++) {
      putUnheard("a" + i, "b" + i, "c" + i);
    }

    assertThat(held(watch)).isEqualTo(9);
  }

  @Test
  void countsBytes() {
    var watch = slow(options -> options.bufferBytes(100));

    for (int i = 0; i < 100; i++) {
      putUnheard("a2345678"); // and its value is a little longer
    }

    assertThat(watch.state()).isEqualTo(WatchState.BEHIND);
    assertThat(held(watch)).isEqualTo(5);
    given.run();
  }

  @Test
  void holdsOneRevisionWhateverItsSize() {
    slow(options -> options.bufferEvents(2).bufferBytes(1));

    given.put("a", "b", "c");
    given.put("d", "e", "f");

    assertThat(heard.changes()).isEqualTo(given.changesFrom(2)).hasSize(6);
    assertThat(heard.batches).hasSize(2);
  }

  @Test
  void takesMoreOnceHalfIsFree() {
    var watch = slow(options -> options.bufferEvents(4));
    for (int i = 0; i < 8; i++) {
      putUnheard("key" + i);
    }
    WatchBuffer buffer = watch.buffer();

    buffer.take();
    buffer.release();
    given.time.runDue();
    assertThat(watch.state()).isEqualTo(WatchState.BEHIND);
    buffer.take();
    buffer.release();
    given.time.runDue();

    assertThat(server.streams).hasSize(2);
    assertThat(server.streams.get(1).creates().get(0).getStartRevision()).isEqualTo(6);
  }

  @Test
  void doesNotHoldUpOthersOnTheSameStream() {
    slow(options -> options.bufferEvents(1));
    var quick = new WatchFixture.Heard();
    given.watch(quick);
    heard.onBatch = batch -> assertThat(quick.changes()).isNotEmpty();

    for (int i = 0; i < 50; i++) {
      given.put("key" + i);
    }

    assertThat(quick.changes()).isEqualTo(given.changesFrom(2));
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2));
    assertThat(server.open()).hasSize(1);
  }

  @Test
  void endsWhenItIsFullIfItIsToldSo() {
    var watch = slow(options -> options.bufferEvents(3).endWhenFull());
    for (int i = 0; i < 5; i++) {
      putUnheard("key" + i);
    }

    given.run();

    assertThat(heard.changes()).isEqualTo(given.changesFrom(2).subList(0, 3));
    assertThat(heard.ends).containsExactly(new WatchEnd.Overflowed(Revision.of(5)));
    assertThat(watch.revision()).isEqualTo(Revision.of(4));
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void keepsNoPileOfNotices() {
    var watch = slow(WatchOptions.Builder::progressNotify);
    for (int i = 0; i < 100; i++) {
      server.open().forEach(FakeWatchServer.Stream::progress);
      given.time.runDue();
      server.open().forEach(stream -> stream.end(failure(Code.UNAVAILABLE)));
      given.time.advance(ofSeconds(1));
    }

    int batches = 0;
    for (var batch = watch.buffer().take(); batch != null; batch = watch.buffer().take()) {
      batches++;
      watch.buffer().release();
    }

    assertThat(batches).isLessThanOrEqualTo(2);
  }

  @Test
  void isCaughtByACompactionWhileItIsBehindAndTellsWhatItHad() {
    slow(options -> options.bufferEvents(2));
    for (int i = 0; i < 10; i++) {
      putUnheard("key" + i);
    }
    given.store.compact(8);

    given.run();

    assertThat(heard.changes()).isEqualTo(given.changesFrom(2).subList(0, 2));
    assertThat(heard.ends).containsExactly(new WatchEnd.Compacted(Revision.of(8)));
  }

  @Test
  void closesWhileItIsBehind() {
    var watch = slow(options -> options.bufferEvents(2));
    for (int i = 0; i < 10; i++) {
      putUnheard("key" + i);
    }

    watch.close();
    given.run();
    given.advance(ofMinutes(1));

    assertThat(heard.events).isEmpty();
    assertThat(server.streams).hasSize(1);
    assertThat(List.of(given.time.waiting(), server.watches())).containsOnly(0);
  }
}
