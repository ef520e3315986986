package dev.rondo.etcd.kv;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Watches of typed views that are iterated over, over real sockets. Keys are numbers, mostly. */
@Timeout(60)
class TypedWatchIteratorTest {
  private final WatchServers given = new WatchServers();
  private final TypedKvClient<Long, String> kv = given.kv.as(Codec.int64(), Codec.utf8());

  @AfterEach
  void close() {
    given.close();
  }

  private static long key(TypedWatchEvent<Long, String> event) {
    return ((TypedWatchEvent.Put<Long, String>) event).kv().key();
  }

  private static List<Long> keys(TypedWatchBatch<Long, String> batch) {
    return batch.events().stream().map(TypedWatchIteratorTest::key).toList();
  }

  @Test
  void goesOnAfterWhatCannotBeDecoded() {
    try (var changes = kv.watch(KeyRange.all())) {
      given.put("1", "two", "3");
      given.put("four");
      given.put("5");

      assertThat(key(changes.next())).isEqualTo(1);
      var failure = catchThrowableOfType(DecodingException.class, changes::next);
      assertThat(failure.key()).isEqualTo(Bytes.utf8("two"));
      assertThat(key(changes.next())).isEqualTo(3);
      assertThat(changes.hasNext()).isTrue();
      assertThatThrownBy(changes::next).isInstanceOf(DecodingException.class);
      assertThat(key(changes.next())).isEqualTo(5);
      assertThat(changes.watch().state()).isEqualTo(WatchState.ACTIVE);
    }
    await().atMost(ofSeconds(20)).until(() -> given.open() == 0);
  }

  @Test
  void givesABatchWithoutWhatCannotBeDecodedAfterItHasThrownThat() {
    try (var changes = kv.watch(KeyRange.all(), options -> options.bufferEvents(100))) {
      given.put("1", "two", "3", "four");

      var thrown =
          catchThrowableOfType(DecodingException.class, () -> changes.nextBatch(ofSeconds(20)));
      assertThat(thrown.key()).isEqualTo(Bytes.utf8("two"));
      assertThatThrownBy(() -> changes.nextBatch(ofSeconds(20)))
          .isInstanceOf(DecodingException.class);
      assertThat(keys(changes.nextBatch(ofSeconds(20)).orElseThrow())).containsExactly(1L, 3L);
      assertThat(changes.nextBatch(ofMillis(1))).isEmpty();
      given.put("5", "6");
      assertThat(key(changes.next())).isEqualTo(5);
      assertThat(keys(changes.nextBatch(ofSeconds(20)).orElseThrow())).containsExactly(6L);
    }
  }

  @Test
  void givesNothingOnceItIsClosed() {
    var changes = kv.watch(KeyRange.all());
    given.put("1", "two");
    assertThatThrownBy(() -> changes.nextBatch(ofSeconds(20)))
        .isInstanceOf(DecodingException.class);

    changes.close();

    assertThat(changes.hasNext()).isFalse();
    assertThat(changes.nextBatch(ofSeconds(20))).isEmpty();
    assertThatThrownBy(changes::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("the watch was closed");
  }

  @Test
  void saysWhyItEnded() {
    var changes = kv.watch(KeyRange.all());
    given.put("1");
    assertThat(changes.next().revision()).isEqualTo(Revision.of(2));

    given.connection.close();

    assertThat(catchThrowableOfType(WatchEndedException.class, changes::hasNext).code())
        .isEqualTo(Code.CLOSED);
  }
}
