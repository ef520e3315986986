package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResyncTest {
  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;
  private final WatchFixture.Heard heard = new WatchFixture.Heard();

  /** A store of five keys whose history before revision 6 is gone. */
  private CompletableFuture<Watch> start(int bufferEvents) {
    for (int i = 0; i < 5; i++) {
      given.store.put("key" + i);
    }
    given.store.compact(6);
    return given.start(
        heard,
        options ->
            options.startRevision(Revision.of(2)).resyncWhenCompacted().bufferEvents(bufferEvents));
  }

  private List<String> keys() {
    return heard.notices(WatchEvent.Resynced.class).stream()
        .flatMap(part -> part.kvs().stream())
        .map(KeyValue::key)
        .map(key -> key.utf8())
        .toList();
  }

  @Test
  void tellsAllThatThereIsAndGoesOn() {
    Watch watch = start(100).join();

    assertThat(keys()).containsExactly("key0", "key1", "key2", "key3", "key4");
    assertThat(heard.events).hasSize(1);
    assertThat(watch.revision()).isEqualTo(Revision.of(6));
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    given.put("key5");

    assertThat(heard.changes()).isEqualTo(given.changesFrom(7)).hasSize(1);
    assertThat(heard.ends).isEmpty();
  }

  @Test
  void tellsItInPartsThatTheBufferTakesAllAtOneRevision() {
    for (int i = 0; i < 5; i++) {
      given.store.put("key" + i);
    }
    given.store.compact(6);
    heard.onBatch = batch -> given.store.put("late");

    given.watch(
        heard,
        options -> options.startRevision(Revision.of(2)).resyncWhenCompacted().bufferEvents(2));
    given.run();

    var parts = heard.notices(WatchEvent.Resynced.class);
    assertThat(parts).extracting(part -> part.kvs().size()).containsExactly(2, 2, 1);
    assertThat(parts).extracting(WatchEvent.Resynced::isFirst).containsExactly(true, false, false);
    assertThat(parts).extracting(WatchEvent.Resynced::isLast).containsExactly(false, false, true);
    assertThat(parts).extracting(WatchEvent.Resynced::revision).containsOnly(Revision.of(6));
    assertThat(keys()).doesNotContain("late");
    assertThat(heard.changes()).isNotEmpty();
  }

  @Test
  void waitsForRoomBetweenTheParts() {
    for (int i = 0; i < 6; i++) {
      given.store.put("key" + i);
    }
    given.store.compact(7);
    var options = WatchOptions.builder().startRevision(Revision.of(2)).bufferEvents(2);

    var unused = given.kv.watch(KeyRange.all(), options.resyncWhenCompacted().build(), heard);
    given.time.runDue(); // no listener runs

    assertThat(server.reads).as("one in the buffer, one that waits for it").hasSize(2);
    given.run();
    assertThat(keys()).hasSize(6);
  }

  @Test
  void beginsAnewWhenThatRevisionIsCompactedMeanwhile() {
    for (int i = 0; i < 5; i++) {
      given.store.put("key" + i);
    }
    given.store.compact(6);
    heard.onBatch =
        batch -> {
          if (heard.batches.size() == 1) {
            given.store.delete("key0");
            given.store.compact(7);
          }
        };

    Watch watch =
        given.watch(
            heard,
            options -> options.startRevision(Revision.of(2)).resyncWhenCompacted().bufferEvents(2));
    given.advance(ofMillis(20));

    var parts = heard.notices(WatchEvent.Resynced.class);
    int again =
        parts.lastIndexOf(
            parts.stream().filter(WatchEvent.Resynced::isFirst).reduce((a, b) -> b).orElseThrow());
    assertThat(again).isPositive();
    assertThat(parts.subList(again, parts.size()))
        .extracting(WatchEvent.Resynced::revision)
        .containsOnly(Revision.of(7));
    assertThat(
            parts.subList(again, parts.size()).stream().mapToInt(part -> part.kvs().size()).sum())
        .isEqualTo(4);
    assertThat(watch.revision()).isEqualTo(Revision.of(7));
  }

  @Test
  void tellsThatThereIsNothing() {
    given.store.put("a");
    given.store.delete("a");
    given.store.compact(3);

    given.watch(heard, options -> options.startRevision(Revision.of(1)).resyncWhenCompacted());

    assertThat(heard.events)
        .containsExactly(new WatchEvent.Resynced(Revision.of(3), List.of(), true, true));
  }

  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "NO_LEADER", "UNKNOWN", "COMPACTED"})
  void triesAgainWhenItCannotRead(Code code) {
    server.readFailures.add(failure(code));
    server.readFailures.add(failure(code));

    var unused = start(100);
    assertThat(heard.events).isEmpty();
    given.advance(ofMillis(60));

    assertThat(keys()).hasSize(5);
  }

  @Test
  void readsSmallerPartsWhereTheyAreTooLarge() {
    server.readFailures.add(failure(Code.ANSWER_TOO_LARGE));
    server.readFailures.add(failure(Code.ANSWER_TOO_LARGE));

    var unused = start(8);
    given.advance(ofMillis(60));

    assertThat(server.reads).extracting(read -> read.getLimit()).startsWith(8L, 4L, 2L, 2L);
    assertThat(keys()).hasSize(5);
  }

  @Test
  void endsWhereOneKeyIsTooLarge() {
    server.readFailures.add(failure(Code.ANSWER_TOO_LARGE));
    server.readFailures.add(failure(Code.ANSWER_TOO_LARGE));

    var watch = start(2).join();
    given.advance(ofMillis(20));

    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(Revision.of(2)));
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void endsWhenItMayNotRead() {
    server.readFailures.add(failure(Code.PERMISSION_DENIED));

    var watch = start(100).join();

    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(heard.ends)
        .singleElement()
        .isInstanceOfSatisfying(
            WatchEnd.Refused.class,
            end -> assertThat(end.failure().code()).isEqualTo(Code.PERMISSION_DENIED));
  }

  @Test
  void closesBetweenTwoTries() {
    server.readFailures.add(failure(Code.UNAVAILABLE));
    Watch watch = start(100).join();
    assertThat(watch.state()).isEqualTo(WatchState.RESYNCING);

    watch.close();
    given.advance(ofSeconds(10));

    assertThat(server.reads).hasSize(1);
    assertThat(given.time.waiting()).isZero();
  }
}
