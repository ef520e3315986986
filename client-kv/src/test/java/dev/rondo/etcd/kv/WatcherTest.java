package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.FakeWatchServer.A;
import static dev.rondo.etcd.kv.FakeWatchServer.B;
import static dev.rondo.etcd.kv.FakeWatchServer.failure;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WatcherTest {
  private final WatchFixture given = new WatchFixture();
  private final FakeWatchServer server = given.server;
  private final ModelStore store = given.store;
  private final WatchFixture.Heard heard = new WatchFixture.Heard();

  @Test
  void tellsChangesFromNowOn() {
    given.put("before");
    Watch watch = given.watch(heard);

    given.put("a", "b");
    given.store.delete("a");
    given.put("c");

    assertThat(heard.changes()).isEqualTo(given.changesFrom(3)).hasSize(4);
    assertThat(heard.batches.get(0).events()).as("one transaction").hasSize(2);
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(watch.revision()).isEqualTo(Revision.of(5));
    assertThat(watch.disconnectedFor()).isEmpty();
    assertThat(watch.end()).isEmpty();
  }

  @Test
  void asksForWhatTheOptionsSay() {
    given.watch(heard, options -> options.prevKv().noDeletes().startRevision(Revision.of(7)));

    var create = server.stream().creates().get(0);
    assertThat(create.getPrevKv()).isTrue();
    assertThat(create.getFiltersList()).extracting(Enum::name).containsExactly("NODELETE");
    assertThat(create.getStartRevision()).isEqualTo(7);
    assertThat(create.getFragment()).isTrue();
    assertThat(create.getProgressNotify()).isTrue();
    assertThat(create.getWatchId()).isEqualTo(1);
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    var options = WatchOptions.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.bufferEvents(0))
        .withMessage("bufferEvents must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.bufferBytes(0))
        .withMessage("bufferBytes must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.createdTimeout(Duration.ZERO))
        .withMessage("createdTimeout must be at least PT0.001S, was PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.noPuts().noDeletes().build())
        .withMessageContaining("noPuts and noDeletes");
  }

  @Test
  void startsAtARevisionToCome() {
    given.watch(heard, options -> options.startRevision(Revision.of(5)).progressNotify());
    given.put("2");
    server.stream().progress();
    given.run();
    server.stream().end(failure(Code.UNAVAILABLE));
    given.advance(ofMillis(20));

    given.put("3");
    given.put("4");
    given.put("5");

    assertThat(heard.changes()).isEqualTo(given.changesFrom(5)).hasSize(1);
    assertThat(heard.notices(WatchEvent.Progress.class)).isEmpty();
  }

  @Test
  void putsManyWatchesOnAStreamAndCreatesThemWithoutWaiting() {
    server.silent.add(A);
    for (int i = 0; i <= WatchStream.MOST_WATCHES; i++) {
      var unused = given.start(new WatchFixture.Heard(), options -> {});
    }

    assertThat(server.open()).hasSize(2);
    assertThat(server.open().get(0).creates()).hasSize(WatchStream.MOST_WATCHES);
    assertThat(server.open().get(1).creates()).hasSize(1);
  }

  @Test
  void matchesAnswersOfAServerThatChoosesIdsItself() {
    server.choosesIds = true;
    List<WatchFixture.Heard> all = new ArrayList<>();
    for (int start = 2; start < 6; start++) {
      var one = new WatchFixture.Heard();
      all.add(one);
      long from = start;
      var unused =
          given.kv.watch(KeyRange.all(), options -> options.startRevision(Revision.of(from)), one);
    }
    given.run();

    for (int i = 2; i < 8; i++) {
      given.put("key" + i);
    }

    for (int start = 2; start < 6; start++) {
      assertThat(all.get(start - 2).changes()).isEqualTo(given.changesFrom(start));
    }
    assertThat(server.streams).hasSize(1);
  }

  @Test
  void goesOnElsewhereAndSaysSo() {
    Watch watch = given.watch(heard);
    given.put("a");

    server.stream().end(failure(Code.UNAVAILABLE));
    given.run();
    assertThat(watch.state()).isEqualTo(WatchState.DISCONNECTED);
    given.advance(ofMillis(5));
    assertThat(watch.disconnectedFor()).contains(ofMillis(5));
    given.put("b");
    given.advance(ofMillis(15));

    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(watch.disconnectedFor()).isEmpty();
    assertThat(server.stream().endpoint).isEqualTo(B);
    assertThat(server.stream().creates().get(0).getStartRevision()).isEqualTo(3);
    assertThat(heard.events.get(1)).isEqualTo(new WatchEvent.Reconnected(Revision.of(2)));
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2));
  }

  @Test
  void startsFromWhereItWasCreatedThoughNothingCameBeforeTheCut() {
    given.put("before");
    given.watch(heard);

    server.stream().end(null);
    given.put("gap");
    given.advance(ofMillis(20));

    assertThat(heard.changes()).isEqualTo(given.changesFrom(3)).hasSize(1);
  }

  @Test
  void waitsLongerTheMoreStreamsEndAndAnewAfterAWhile() {
    given.watch(heard);

    var waits = new ArrayList<Long>();
    for (int i = 0; i < 8; i++) {
      waits.add(millisUntilTheNextStream());
    }
    given.advance(ofSeconds(11));

    assertThat(waits).containsExactly(20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L);
    assertThat(millisUntilTheNextStream()).isEqualTo(20);
  }

  private long millisUntilTheNextStream() {
    server.stream().end(failure(Code.NO_LEADER));
    given.run();
    long waited = 0;
    for (; server.open().isEmpty(); waited++) {
      given.advance(WatchFixture.TICK);
    }
    return waited;
  }

  @Test
  void goesRoundUntilAMemberIsUp() {
    server.down.addAll(List.of(A, B));

    var unused = given.start(heard, options -> {});
    given.advance(ofMillis(60));
    given.put("a");

    assertThat(server.streams).hasSize(3);
    assertThat(heard.changes()).hasSize(1);
  }

  @Test
  void leavesAMemberThatCreatesNothing() {
    server.silent.add(A);

    var watch = given.start(heard, options -> {});
    given.advance(ofSeconds(5).minus(WatchFixture.TICK));
    assertThat(server.streams).hasSize(1);
    given.advance(ofMillis(21));

    assertThat(watch).isCompleted();
    assertThat(server.streams.get(0).cancelled).isEqualTo("watching elsewhere");
    assertThat(server.stream().endpoint).isEqualTo(B);
  }

  @Test
  void staysWhereItIsAsLongAsNoEndpointIsConnected() {
    server.silent.add(A);
    server.isConnected = false;

    var unused = given.start(heard, options -> options.createdTimeout(ofMinutes(10)));
    given.advance(ofMinutes(1));

    assertThat(server.streams).hasSize(1);
  }

  @Test
  void failsWhenNoServerCreatesItInTime() {
    server.down.addAll(List.of(A, B, FakeWatchServer.C));

    var watch = given.start(heard, options -> options.createdTimeout(ofSeconds(3)));
    given.advance(ofSeconds(3));

    var failure = WatchFixture.exception(watch);
    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure).hasMessageContaining("not created within PT3S");
    assertThat(failure.getCause()).hasMessageContaining("broken");
    assertThat(server.open()).isEmpty();
    given.advance(ofMinutes(1));
    assertThat(given.time.waiting()).as("nothing is left behind").isZero();
  }

  @Test
  void cancellingTheFutureClosesTheWatch() {
    server.silent.add(A);
    var watch = given.start(heard, options -> {});

    watch.cancel(false);
    given.run();

    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void closesWhileItIsBeingCreatedBesideOthers() {
    given.watch(new WatchFixture.Heard());
    var hold = new ArrayList<WatchResponse>();
    server.beforeSending = (stream, message) -> hold.add(message);
    var watch = given.kv.watch(KeyRange.all(), WatchOptions.DEFAULT, heard);
    given.time.runDue(); // it is created, and nobody was told

    watch.cancel(false);
    given.run();
    given.put("a");

    assertThat(heard.events).isEmpty();
    assertThat(server.watches()).isEqualTo(1);
    assertThat(server.open()).hasSize(1);
  }

  @Test
  void cancelsOnTheServerAndEndsTheStreamWithTheLastWatch() {
    Watch one = given.watch(heard);
    Watch other = given.watch(new WatchFixture.Heard());

    one.close();
    given.run();
    assertThat(server.watches()).isEqualTo(1);
    assertThat(one.state()).isEqualTo(WatchState.CLOSED);
    given.put("a");
    assertThat(heard.events).isEmpty();
    other.close();
    other.close();
    given.run();

    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).as("nothing is left behind").isZero();
    assertThat(heard.ends).isEmpty();
  }

  @Test
  void closesWhileItIsDisconnected() {
    Watch watch = given.watch(heard);
    server.stream().end(null);
    given.run();

    watch.close();
    given.advance(ofMinutes(1));

    assertThat(server.streams).hasSize(1);
    assertThat(given.time.waiting()).isZero();
    assertThat(watch.disconnectedFor()).isEmpty();
  }

  @Test
  void closesInsideItsListener() {
    var watch = new CompletableFuture<Watch>();
    heard.onBatch = batch -> watch.join().close();
    watch.complete(given.watch(heard));

    given.put("a");
    given.put("b");

    assertThat(heard.events).hasSize(1);
    assertThat(server.open()).isEmpty();
  }

  @Test
  void tenThousandWatchesOpenedAndClosedLeaveNothing() {
    var watches = new ArrayList<Watch>();
    for (int i = 0; i < 10_000; i++) {
      var unused =
          given
              .kv
              .watch(KeyRange.all(), WatchOptions.DEFAULT, batch -> {})
              .thenAccept(watches::add);
    }
    given.run();
    assertThat(watches).hasSize(10_000);
    assertThat(server.watches()).isEqualTo(10_000);
    assertThat(server.open()).hasSize(40);
    server.open().forEach(stream -> stream.end(failure(Code.UNAVAILABLE)));
    given.advance(ofMillis(20));
    assertThat(server.open()).hasSize(40);

    watches.forEach(Watch::close);
    given.run();

    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void endsWithTheConnection() {
    Watch watch = given.watch(heard);
    var waiting = given.kv.watch(KeyRange.all(), WatchOptions.DEFAULT, heard);

    server.watcher().close();
    given.run();

    assertThat(heard.ends).containsExactly(new WatchEnd.Disconnected());
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(watch.end()).contains(new WatchEnd.Disconnected());
    assertThat(WatchFixture.exception(waiting).code()).isEqualTo(Code.CLOSED);
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void tellsAFailingListenerAndGoesOn() {
    given.watch(heard);
    var others = new WatchFixture.Heard();
    given.watch(others);
    heard.onBatch =
        batch -> {
          throw new IllegalStateException("no");
        };

    given.put("a");
    given.put("b");

    assertThat(heard.changes()).hasSize(2);
    assertThat(heard.errors).hasSize(2).allMatch(IllegalStateException.class::isInstance);
    assertThat(others.changes()).hasSize(2);
  }

  @Test
  void endsWhenItsRevisionIsCompacted() {
    for (int i = 0; i < 5; i++) {
      store.put("key" + i);
    }
    store.compact(4);

    Watch watch = given.watch(heard, options -> options.startRevision(Revision.of(2)));

    assertThat(heard.ends).containsExactly(new WatchEnd.Compacted(Revision.of(4)));
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(server.open()).isEmpty();
    assertThat(given.time.waiting()).isZero();
  }

  @Test
  void tellsWhatCameBeforeACompactionThatOvertookIt() {
    given.watch(heard);
    given.put("a");
    server.stream().end(failure(Code.UNAVAILABLE));
    given.put("b");
    given.put("c");
    store.compact(4);

    given.advance(ofMillis(20));

    assertThat(heard.changes()).hasSize(1);
    assertThat(heard.ends).containsExactly(new WatchEnd.Compacted(Revision.of(4)));
  }

  @Test
  void keepsTheRevisionOfAQuietWatchYoung() {
    Watch watch = given.watch(heard, WatchOptions.Builder::noPuts);
    for (int i = 0; i < 5; i++) {
      given.put("key" + i);
    }
    assertThat(watch.revision()).isEqualTo(Revision.of(1));

    given.advance(ofMinutes(1));
    assertThat(watch.revision()).isEqualTo(Revision.of(6));
    store.compact(6);
    server.stream().end(failure(Code.UNAVAILABLE));
    given.advance(ofMillis(20));

    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(heard.notices(WatchEvent.Progress.class)).as("not asked for").isEmpty();
    given.advance(ofMinutes(2));
    assertThat(server.stream().progressRequests()).isEqualTo(2);
  }

  @Test
  void theProgressThatItAsksForReachesAllWatchesOfAStream() {
    var watches = new ArrayList<Watch>();
    for (int i = 0; i < 20; i++) {
      watches.add(given.watch(new WatchFixture.Heard(), WatchOptions.Builder::noPuts));
    }
    given.put("a");
    given.put("b");

    given.advance(ofMinutes(1));

    assertThat(server.stream().progressRequests()).isEqualTo(1);
    assertThat(watches).allMatch(watch -> watch.revision().equals(Revision.of(3)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.4.24", "3.5.7", "3.5.0-rc.1", "unknown", ""})
  void asksNoServerForProgressThatMayTellTooMuch(String version) {
    server.version = version;
    Watch watch = given.watch(heard, WatchOptions.Builder::noPuts);
    given.put("a");

    given.advance(ofMinutes(5));
    assertThat(server.stream().progressRequests()).isZero();
    server.stream().put(server.stream().message(-1).build());
    given.run();
    assertThat(watch.revision()).as("and does not believe it").isEqualTo(Revision.of(1));
    server.stream().progress();
    given.run();

    assertThat(watch.revision()).as("but what it tells by itself").isEqualTo(Revision.of(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.4.25", "3.5.8", "3.5.16", "3.6.0-alpha.0", "3.10.0", "4.0.0"})
  void asksServersForProgressThatKeepTheOrder(String version) {
    assertThat(ProgressOrder.isKeptBy(version)).isTrue();
  }

  /** The answer was under way when the watch was created, and says nothing about it. */
  @Test
  void takesNoProgressThatMayHaveBeenMeantForEarlierWatches() {
    given.watch(new WatchFixture.Heard());
    given.advance(ofMinutes(1)); // so that it asks, and believes
    given.put("a");
    given.put("b");
    Watch late = given.watch(heard, options -> options.startRevision(Revision.of(5)).noPuts());
    store.compact(3);

    server.stream().put(server.stream().message(-1).build());
    given.run();
    assertThat(late.revision()).isEqualTo(Revision.of(4));
    for (int i = 0; i < 4; i++) {
      given.put("c");
    }
    server.stream().put(server.stream().message(-1).build());
    given.run();

    assertThat(late.revision()).isEqualTo(Revision.of(7));
  }

  @Test
  void tellsProgressToThoseWhoAsked() {
    given.watch(heard, options -> options.progressNotify().noPuts());
    given.put("a");

    server.stream().progress();
    given.run();

    assertThat(heard.events).containsExactly(new WatchEvent.Progress(Revision.of(2)));
  }

  /** Before the list of what servers may not say, and what they say. */
  private static List<Function<FakeWatchServer.Stream, WatchResponse.Builder>> nonsense() {
    return List.of(
        stream -> stream.message(77).addEvents(event(3)),
        stream -> stream.message(77),
        stream -> stream.message(-1).addEvents(event(3)),
        stream -> stream.message(1).setCreated(true),
        stream -> stream.message(5).setCreated(true),
        stream -> stream.message(-1).setCreated(true),
        stream -> stream.message(1).addEvents(event(2)),
        stream -> stream.message(1).addEvents(event(4)).addEvents(event(3)),
        stream -> stream.message(1).addEvents(Event.getDefaultInstance()));
  }

  private static Event event(long revision) {
    return Event.newBuilder().setKv(KeyValue.newBuilder().setModRevision(revision)).build();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void leavesAServerThatContradictsItself(int index) {
    Watch watch = given.watch(heard);
    given.put("a"); // revision 2
    var mad = server.stream();

    mad.put(nonsense().get(index).apply(mad).build());
    given.run();
    assertThat(mad.cancelled).isEqualTo("watching elsewhere");
    given.advance(ofMillis(20));
    given.put("b");

    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2));
  }

  @Test
  void toleratesWhatWasOnItsWayToAWatchThatLeft() {
    Watch watch = given.watch(new WatchFixture.Heard());
    given.watch(heard);

    watch.close();
    server.stream().put(server.stream().message(1).addEvents(event(2)).build());
    given.put("a");

    assertThat(server.streams).hasSize(1);
    assertThat(heard.changes()).hasSize(1);
  }

  @Test
  void logsInAnewWhenATokenIsRefusedAndDisturbsNobody() {
    given.watch(heard);
    server.refusal =
        request ->
            server.streams.size() == 1
                ? "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"
                : "";

    var refused = given.start(new WatchFixture.Heard(), options -> {});
    given.advance(ofMillis(20));

    assertThat(refused).isCompleted();
    assertThat(server.open()).hasSize(2);
    assertThat(server.streams.get(0).isTokenRefused).isTrue();
    assertThat(server.streams.get(1).isTokenRefused).isFalse();
    assertThat(heard.events).as("no break").isEmpty();
  }

  @Test
  void givesUpWhenNewTokensAreRefusedToo() {
    server.refusal = request -> "etcdserver: invalid auth token";

    var refused = given.start(heard, options -> {});
    given.advance(ofSeconds(1));

    assertThat(WatchFixture.exception(refused).code()).isEqualTo(Code.INVALID_AUTH_TOKEN);
    assertThat(server.streams).hasSize(3);
    assertThat(server.open()).isEmpty();
  }

  @Test
  void endsAloneWhenItIsDenied() {
    given.watch(heard);
    server.refusal =
        request -> "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
    server.readFailures.add(failure(Code.PERMISSION_DENIED));

    var denied = given.start(new WatchFixture.Heard(), options -> {});
    given.put("a");

    assertThat(WatchFixture.exception(denied).code()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(heard.changes()).hasSize(1);
    assertThat(server.streams).hasSize(1);
    assertThat(server.reads).hasSize(1);
  }

  /** Etcd 3.4 says "permission denied" to an expired token. */
  @Test
  void findsOutThatADenialWasForAnOldToken() {
    Watch watch = given.watch(heard);
    given.put("a");
    server.stream().end(failure(Code.UNAVAILABLE));
    server.refusal = request -> server.streams.size() == 2 ? "etcdserver: permission denied" : "";
    given.put("b");

    given.advance(ofMillis(60));

    assertThat(server.reads).hasSize(1);
    assertThat(server.streams).hasSize(3);
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
    assertThat(heard.changes()).isEqualTo(given.changesFrom(2));
  }

  @ParameterizedTest
  @CsvSource({"mvcc: watcher range is empty,true", "etcdserver: no leader,false", "whatever,false"})
  void endsOnlyForWhatWillNotPass(String reason, boolean ends) {
    server.refusal = request -> server.streams.size() < 3 ? reason : "";

    var watch = given.start(heard, options -> {});
    for (int i = 0; i < 4; i++) {
      given.advance(ofSeconds(1));
      server.refusal = i > 0 ? request -> "" : server.refusal;
    }

    assertThat(watch.isCompletedExceptionally()).isEqualTo(ends);
    assertThat(watch).isDone();
  }

  @Test
  void endsAWatchThatCouldNeverLogIn() {
    server.beforeSending = (stream, message) -> stream.end(failure(Code.AUTH_FAILED));

    var watch = given.start(heard, options -> {});

    assertThat(WatchFixture.exception(watch).code()).isEqualTo(Code.AUTH_FAILED);
  }

  @Test
  void takesEightMessagesAtATime() {
    var sent = new ArrayList<WatchResponse>();
    given.watch(heard, options -> options.startRevision(Revision.of(2)));
    server.historyBatch = 1;
    for (int i = 0; i < 100; i++) {
      store.put("key" + i);
    }

    server.beforeSending = (stream, message) -> sent.add(message);
    server.pump();
    assertThat(sent).as("before the first was handled").hasSize(8);
    given.run();

    assertThat(heard.changes()).hasSize(100);
  }

  @Test
  void tellsWholeRevisionsBeforeTheLastFragmentCame() {
    server.fragment = 2;
    given.store.put("a");
    given.store.put("b");
    given.store.put("c", "d", "e");
    server.beforeSending =
        (stream, message) -> {
          if (message.getEventsCount() > 0 && !message.getFragment()) {
            stream.end(null);
          }
        };

    Watch watch = given.watch(heard, options -> options.startRevision(Revision.of(2)));

    assertThat(heard.changes()).isEqualTo(given.changesFrom(2).subList(0, 2));
    assertThat(watch.revision()).isEqualTo(Revision.of(3));
    assertThat(Bytes.utf8("b")).isEqualTo(((WatchEvent.Put) heard.changes().get(1)).kv().key());
  }
}
