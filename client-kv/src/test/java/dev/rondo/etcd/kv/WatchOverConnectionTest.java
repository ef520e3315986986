package dev.rondo.etcd.kv;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches over real sockets and threads. */
@Timeout(60)
class WatchOverConnectionTest {
  private final WatchServers given = new WatchServers();
  private final List<WatchEvent> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    given.close();
  }

  private Watch watch(Consumer<WatchOptions.Builder> options) {
    return given.kv.watch(KeyRange.all(), options, batch -> heard.addAll(batch.events()));
  }

  private void awaitChanges(int count) {
    await().atMost(ofSeconds(20)).until(() -> changes().size() >= count);
  }

  private List<Long> changes() {
    return heard.stream()
        .filter(WatchEvent.Put.class::isInstance)
        .map(event -> event.revision().value())
        .toList();
  }

  static Stream<Arguments> ends() {
    return Arrays.stream(Status.Code.values())
        .flatMap(code -> Stream.of(Arguments.of(code, null), Arguments.of(code, "some text")));
  }

  /** OK is an end in good order. */
  @ParameterizedTest
  @MethodSource("ends")
  void goesOnHoweverTheStreamEnds(Status.Code code, String text) {
    given.gate =
        (call, create) -> {
          boolean isFirst = given.calls().size() == 1;
          if (isFirst) {
            call.fail(code.toStatus().withDescription(text)); // before it is created
          }
          return !isFirst;
        };
    given.store.put("a");

    Watch watch = watch(options -> options.startRevision(Revision.of(2)));
    awaitChanges(1);
    given.calls().forEach(call -> call.fail(code.toStatus().withDescription(text)));
    given.put("b");
    awaitChanges(2);
    given.put("c");
    awaitChanges(3);

    assertThat(changes()).containsExactly(2L, 3L, 4L);
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(watch.end()).isEmpty();
  }

  private enum Break {
    GO_AWAY,
    CUT,
    CRASH,
    BLACK_HOLE,
    SWAP
  }

  private void disturb(ScriptedServer server, Break breaking) {
    switch (breaking) {
      case SWAP -> {
        var others = new ArrayList<>(given.servers);
        others.remove(server);
        given.connection.endpoints(others.stream().map(ScriptedServer::endpoint).toList());
      }
      case GO_AWAY -> server.goAway();
      case CUT -> server.bridge().cut();
      case CRASH -> server.stop();
      case BLACK_HOLE -> server.bridge().blackhole();
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWhateverBecomesOfTheConnection(Break breaking) {
    Watch watch = watch(options -> {});
    given.put("a");
    awaitChanges(1);

    disturb(given.busy(), breaking);
    given.put("b");
    awaitChanges(2);
    await().atMost(ofSeconds(20)).until(() -> given.open() >= 1);
    given.put("c");
    awaitChanges(3);

    assertThat(changes()).containsExactly(2L, 3L, 4L);
    assertThat(watch.end()).isEmpty();
  }

  @Test
  void aMessageThatIsTooLargeEndsItsWatchAndNoOther() {
    try (var small = new WatchServers(settings -> settings.maxAnswerBytes(1_000))) {
      var told = new CopyOnWriteArrayList<WatchEvent>();
      var others =
          Stream.generate(
                  () ->
                      small.kv.watch(
                          KeyRange.all(),
                          WatchOptions.Builder::noPuts,
                          batch -> told.addAll(batch.events())))
              .limit(5)
              .toList();
      try (var changes = small.kv.watch(KeyRange.all())) {
        small.put("a");
        small.put("b".repeat(2_000));
        assertThat(changes.next().revision()).isEqualTo(Revision.of(2));

        var failure =
            catchThrowableOfType(
                WatchEndedException.class, () -> changes.forEachRemaining(it -> {}));
        await().atMost(ofSeconds(20)).until(() -> others.stream().allMatch(it -> isActive(it)));
        small.delete("a");
        await().atMost(ofSeconds(20)).until(() -> deletions(told) == 5);

        assertThat(failure.code()).isEqualTo(Code.ANSWER_TOO_LARGE);
        assertThat(failure.end()).isEqualTo(new WatchEnd.TooLarge(Revision.of(3)));
      }
    }
  }

  private static boolean isActive(Watch watch) {
    return watch.state() == WatchState.ACTIVE;
  }

  private static long deletions(List<WatchEvent> told) {
    return told.stream().filter(WatchEvent.Delete.class::isInstance).count();
  }

  @Test
  void callsInsideAListenerAreAnswered() {
    given.servers.forEach(
        server ->
            server.on(
                KVGrpc.getRangeMethod(),
                (request, call) -> call.reply(RangeResponse.getDefaultInstance())));
    var found = new CompletableFuture<Boolean>();
    var unused =
        given.kv.watch(
            KeyRange.all(),
            WatchOptions.DEFAULT,
            batch -> found.complete(given.kv.get("key").isPresent()));

    given.put("a");

    await().atMost(ofSeconds(20)).until(found::isDone);
    assertThat(found.join()).isFalse();
  }

  @Test
  void hearsOneBatchAtATime() {
    var isBusy = new AtomicBoolean();
    var overlaps = new CopyOnWriteArrayList<Revision>();
    var unused =
        given.kv.watch(
            KeyRange.all(),
            WatchOptions.DEFAULT,
            batch -> {
              if (!isBusy.compareAndSet(false, true)) {
                overlaps.add(batch.revision());
              }
              Thread.onSpinWait();
              heard.addAll(batch.events());
              isBusy.set(false);
            });

    for (int i = 0; i < 500; i++) {
      given.put("key");
    }
    awaitChanges(500);

    assertThat(overlaps).isEmpty();
    assertThat(changes()).isSorted().hasSize(500);
  }

  @Test
  void failsToCreateInTime() {
    given.gate = (call, create) -> false;

    var failure =
        catchThrowableOfType(
            EtcdException.class, () -> watch(options -> options.createdTimeout(ofMillis(100))));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("not created within PT0.1S");
    await().atMost(ofSeconds(20)).until(() -> given.open() == 0);
  }

  @Test
  void interruptingTheCallerClosesTheWatch() throws InterruptedException {
    given.gate = (call, create) -> false;
    var failure = new AtomicReference<EtcdException>();
    var caller =
        new Thread(
            () ->
                failure.set(catchThrowableOfType(EtcdException.class, () -> watch(options -> {}))));
    caller.start();
    await().atMost(ofSeconds(20)).until(() -> given.open() == 1);

    caller.interrupt();
    caller.join();

    assertThat(failure.get().code()).isEqualTo(Code.CANCELLED);
    await().atMost(ofSeconds(20)).until(() -> given.open() == 0);
  }

  @Test
  void endsWithTheConnection() {
    var end = new CompletableFuture<WatchEnd>();
    Watch watch =
        given.kv.watch(
            KeyRange.all(),
            WatchOptions.DEFAULT,
            new WatchListener() {
              @Override
              public void onBatch(WatchBatch batch) {}

              @Override
              public void onEnd(WatchEnd reason) {
                end.complete(reason);
              }
            });

    given.connection.close();

    await().atMost(ofSeconds(20)).until(end::isDone);
    assertThat(end.join()).isEqualTo(new WatchEnd.Disconnected());
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    var late = catchThrowableOfType(EtcdException.class, () -> watch(options -> {}));
    assertThat(late.code()).isEqualTo(Code.CLOSED);
  }

  @Test
  void isIteratedOver() {
    try (var changes = given.kv.watch(KeyRange.all())) {
      given.put("a", "b");
      assertThat(changes.hasNext()).isTrue();
      assertThat(((WatchEvent.Put) changes.next()).kv().key().utf8()).isEqualTo("a");
      assertThat(((WatchEvent.Put) changes.next()).kv().key().utf8()).isEqualTo("b");
      assertThat(changes.nextBatch(ofMillis(1))).isEmpty();
      given.put("c", "d");

      assertThat(changes.nextBatch(ofSeconds(20)).orElseThrow().events()).hasSize(2);
      given.put("e", "f");
      assertThat(changes.next().revision()).isEqualTo(Revision.of(4));
      assertThat(changes.nextBatch(ofSeconds(20)).orElseThrow().events()).hasSize(1);
      assertThat(changes.watch().revision())
          .as("that one is not consumed yet")
          .isEqualTo(Revision.of(3));
      assertThat(changes.nextBatch(ofMillis(1))).isEmpty();
      assertThat(changes.watch().revision()).isEqualTo(Revision.of(4));
      assertThat(changes.watch().state()).isEqualTo(WatchState.ACTIVE);
    }
    await().atMost(ofSeconds(20)).until(() -> given.open() == 0);
  }

  @Test
  void iterationEndsWithTheClose() throws InterruptedException {
    var changes = given.kv.watch(KeyRange.all());
    var result = new AtomicReference<Boolean>();
    var waiting = new Thread(() -> result.set(changes.hasNext()));
    waiting.start();
    await().atMost(ofSeconds(20)).until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

    changes.close();
    waiting.join();

    assertThat(result.get()).isFalse();
    assertThatThrownBy(changes::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("the watch was closed");
  }

  @Test
  void iterationSurvivesAnInterrupt() {
    try (var changes = given.kv.watch(KeyRange.all())) {
      Thread.currentThread().interrupt();
      var failure = catchThrowableOfType(EtcdException.class, changes::hasNext);
      assertThat(Thread.interrupted()).isTrue();
      given.put("a");

      assertThat(failure.code()).isEqualTo(Code.CANCELLED);
      assertThat(changes.next().revision()).isEqualTo(Revision.of(2));
    }
  }

  @Test
  void iterationSaysWhyItEnded() {
    var changes = given.kv.watch(KeyRange.all(), options -> options.bufferEvents(1).endWhenFull());
    given.put("a");
    given.put("b");
    given.put("c");

    assertThat(changes.next().revision()).isEqualTo(Revision.of(2));
    var overflow =
        catchThrowableOfType(WatchEndedException.class, () -> changes.forEachRemaining(it -> {}));

    assertThat(overflow.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(overflow.end()).isInstanceOf(WatchEnd.Overflowed.class);
    given.connection.close();
    var other = given.kv;
    assertThatThrownBy(() -> other.watch(KeyRange.all())).isInstanceOf(EtcdException.class);
  }
}
