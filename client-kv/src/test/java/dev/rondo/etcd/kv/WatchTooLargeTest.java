package dev.rondo.etcd.kv;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A message that is larger than the client takes ends its stream, and one watch at most. */
class WatchTooLargeTest {
  private static final String LARGE = "k".repeat(1_000);

  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;
  private final WatchFixture.Heard heard = new WatchFixture.Heard();
  private final List<WatchFixture.Heard> others = new ArrayList<>(); // of deletions alone
  private final List<Watch> watchesOfOthers = new ArrayList<>();

  private void watchBeside(int count) {
    for (int i = 0; i < count; i++) {
      var other = new WatchFixture.Heard();
      others.add(other);
      watchesOfOthers.add(given.watch(other, WatchOptions.Builder::noPuts));
    }
  }

  private void settle() {
    for (int i = 0; i < 20; i++) {
      given.advance(ofSeconds(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 100, 255})
  void endsTheWatchWhoseMessageItIsAndNoOther(int count) {
    server.maxBytes = 500;
    given.put("a");
    watchBeside(count / 2);
    Watch watch = given.watch(heard);
    watchBeside(count - count / 2);
    assertThat(server.open()).hasSize(1);
    given.put("b");

    given.put(LARGE);
    settle();
    given.store.delete("a");
    given.put("c");

    assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(4)));
    assertThat(heard.changes()).hasSize(1);
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(watchesOfOthers).allMatch(other -> other.state() == WatchState.ACTIVE);
    assertThat(others).allSatisfy(other -> assertThat(other.changes()).hasSize(1));
    assertThat(server.watches()).isEqualTo(count);
  }

  @Test
  void isFoundInSecondsAmongVeryMany() {
    server.maxBytes = 500;
    watchBeside(WatchStream.MOST_WATCHES - 1);
    given.watch(heard);

    given.put(LARGE);
    Duration waited = Duration.ZERO;
    for (; heard.ends.isEmpty(); waited = waited.plusMillis(10)) {
      given.advance(ofMillis(10));
    }

    assertThat(waited).isLessThan(ofSeconds(7));
  }

  @Test
  void allEndThatHaveIt() {
    server.maxBytes = 500;
    var all = new ArrayList<WatchFixture.Heard>();
    for (int i = 0; i < 20; i++) {
      var one = new WatchFixture.Heard();
      all.add(one);
      given.watch(one);
    }

    given.put("a");
    given.put(LARGE);
    settle();

    assertThat(all)
        .allSatisfy(
            one -> {
              assertThat(one.changes()).hasSize(1);
              assertThat(one.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(3)));
            });
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void streamsTakeOthersAgainAfterAWhile() {
    server.maxBytes = 500;
    watchBeside(10);
    given.watch(heard);
    given.put(LARGE);
    settle();
    int before = server.open().size();

    watchBeside(1);
    assertThat(server.open()).as("nobody knows yet who is next").hasSize(before + 1);
    given.advance(ofMinutes(1));
    watchBeside(200);

    assertThat(server.open()).hasSize(before + 1);
    assertThat(watchesOfOthers).allMatch(other -> other.state() == WatchState.ACTIVE);
  }

  /** Etcd sends what it has before it has answered the creation as one message. */
  @Test
  void goesOnWhereTheNextTryBringsFragments() {
    server.maxBytes = 500;
    server.refusal = request -> fragmentsFrom(3);
    for (int i = 0; i < 3; i++) {
      given.store.put(i + "k".repeat(100));
    }

    Watch watch = given.watch(heard, options -> options.startRevision(Revision.of(2)));
    settle();

    assertThat(server.streams).hasSize(3);
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2)).hasSize(3);
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
  }

  private String fragmentsFrom(int stream) {
    server.fragment = server.streams.size() >= stream ? 1 : 0;
    return "";
  }

  @Test
  void tellsNothingOfARevisionWhoseRestIsTooLarge() {
    server.maxBytes = 500;
    server.fragment = 1;
    given.watch(heard);

    given.put("a");
    given.put("b", LARGE, "c");
    settle();

    assertThat(heard.changes()).isEqualTo(given.changesFrom(2).subList(0, 1));
    assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(3)));
  }

  @Test
  void isNotBlamedForWhatCameBefore() {
    server.fragment = 1;
    server.historyBatch = 1;
    for (int i = 0; i < 12; i++) {
      given.store.put("key" + i);
    }
    Set<WatchResponse> refused = new HashSet<>(); // each, once
    server.beforeSending =
        (stream, message) -> {
          boolean isNew = message.getEventsCount() > 0 && refused.add(message);
          server.maxBytes = isNew ? 1 : Integer.MAX_VALUE;
        };

    Watch watch = given.watch(heard, options -> options.startRevision(Revision.of(2)));
    settle();

    assertThat(refused).hasSize(12);
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2));
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
  }

  @Test
  void failsToCreateWhereNoAnswerIsTaken() {
    server.maxBytes = 1;

    var watch = given.start(heard, options -> {});
    settle();

    var failure = WatchFixture.exception(watch);
    assertThat(failure.code()).isEqualTo(Code.ANSWER_TOO_LARGE);
    assertThat(failure).hasMessageContaining("larger than maxAnswerBytes");
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void closesUnderSuspicion() {
    server.maxBytes = 500;
    watchBeside(3);
    given.watch(heard);
    given.put(LARGE);

    watchesOfOthers.forEach(Watch::close);
    settle();

    assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(2)));
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void staysUnderSuspicionWhenItsStreamEndsForAnotherReason() {
    server.maxBytes = 500;
    watchBeside(3);
    given.watch(heard);
    Consumer<FakeWatchServer.Stream> end =
        stream -> stream.end(FakeWatchServer.failure(Code.UNAVAILABLE));

    given.put(LARGE);
    for (int i = 0; i < 5; i++) {
      given.advance(ofMillis(10));
      server.open().forEach(end);
    }
    settle();

    assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(2)));
    assertThat(watchesOfOthers).allMatch(other -> other.state() == WatchState.ACTIVE);
  }
}
