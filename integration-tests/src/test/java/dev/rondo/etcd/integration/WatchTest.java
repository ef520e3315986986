package dev.rondo.etcd.integration;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.kv.WatchEnd;
import dev.rondo.etcd.kv.WatchEndedException;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.kv.WatchState;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches; the numbers are those of the scenarios of etcd's own tests. */
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#bridged")
class WatchTest {
  private static final Duration PATIENCE = ofSeconds(30);

  private final SharedCluster shared;
  private final HeardEvents heard = new HeardEvents();
  private Etcd client;
  private Etcd past; // a client that no bridge can cut
  private String prefix;

  WatchTest(SharedCluster shared) {
    this.shared = shared;
  }

  @BeforeEach
  void connect() {
    client = Etcd.builder().endpoints(shared.cluster().endpoints()).build();
    past =
        Etcd.builder()
            .endpoints(shared.cluster().members().stream().map(EtcdMember::directEndpoint).toList())
            .build();
    prefix = "watch-" + System.nanoTime() + "/";
  }

  @AfterEach
  void close() {
    client.close();
    past.close();
    shared.cluster().members().forEach(member -> member.bridge().heal());
    shared.cluster().awaitHealthy(PATIENCE);
  }

  private Watch watch(Consumer<WatchOptions.Builder> options) {
    return client.kv().watch(KeyRange.prefix(prefix), options, heard);
  }

  private Revision put(String key, String value) {
    return past.kv().put(prefix + key, value).header().revision();
  }

  private void cutAll() {
    shared.cluster().members().forEach(member -> member.bridge().cut());
  }

  private List<String> puts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> prefix + "key=" + i).toList();
  }

  @Test
  void w1_manyWatchesHearOfTheirRangesOnly() {
    var heards = new ArrayList<HeardEvents>();
    for (int i = 0; i < 20; i++) {
      var one = new HeardEvents();
      heards.add(one);
      KeyRange range =
          i < 10
              ? KeyRange.key(prefix + i)
              : KeyRange.interval(prefix + "0", prefix + (char) ('1' + i - 10));
      client.kv().watch(range, WatchOptions.DEFAULT, one);
    }

    for (int i = 0; i < 10; i++) {
      put(Integer.toString(i), "x");
    }

    for (int i = 0; i < 10; i++) {
      heards.get(i).awaitChanges(1);
      heards.get(10 + i).awaitChanges(i + 1);
      assertThat(heards.get(i).told()).containsExactly(prefix + i + "=x");
    }
    assertThat(heards.get(19).told()).hasSize(10);
  }

  @Test
  void w2_aCutConnectionLosesAndDoublesNothing() {
    var watch = watch(options -> {});

    cutAll();
    put("key", "0");
    heard.awaitChanges(1);
    for (int i = 1; i < 50; i++) {
      put("key", Integer.toString(i));
      if (i % 10 == 0) {
        cutAll();
      }
    }
    heard.awaitChanges(50);

    assertThat(heard.told()).isEqualTo(puts(0, 50));
    assertThat(watch.state()).isEqualTo(WatchState.ACTIVE);
  }

  @Test
  void w3_aWatchThatIsCancelledBeforeItIsCreatedHearsNothing() {
    shared.cluster().members().forEach(member -> member.bridge().refuse());
    var created = client.kv().async().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, heard);

    created.cancel(true);
    shared.cluster().members().forEach(member -> member.bridge().heal());
    put("key", "0");

    requireSilence(heard);
    assertThat(created).isCancelled();
  }

  @Test
  void w3_aWatchThatIsClosedWhileItIsQuietHearsNothing() {
    var watch = watch(options -> {});

    watch.close();
    put("key", "0");

    requireSilence(heard);
    assertThat(watch.state()).isEqualTo(WatchState.CLOSED);
    assertThat(watch.end()).isEmpty();
  }

  @Test
  void w3_aWatchThatIsClosedWhileChangesComeHearsNoMoreOfThem() throws InterruptedException {
    var watch = watch(options -> {});
    var iterated = client.kv().watch(KeyRange.prefix(prefix));
    var writer =
        new Thread(
            () -> {
              for (int i = 0; i < 200; i++) {
                put("key", Integer.toString(i));
              }
            });
    writer.start();
    heard.awaitChanges(20);
    assertThat(iterated.hasNext()).isTrue();

    watch.close();
    int most = heard.batches.size() + 1; // one may be under way
    iterated.close();
    writer.join();

    requireSilence(iterated.watch());
    assertThat(heard.batches).hasSizeLessThanOrEqualTo(most);
    assertThat(heard.told()).isEqualTo(puts(0, heard.told().size()));
    assertThat(iterated.hasNext()).isFalse();
  }

  /** Another watch hears of a change that comes later, and this one has nothing. */
  private void requireSilence(HeardEvents closed) {
    awaitOneMore();
    assertThat(closed.batches).isEmpty();
    assertThat(closed.ends).isEmpty();
  }

  private void requireSilence(Watch closed) {
    awaitOneMore();
    assertThat(closed.state()).isEqualTo(WatchState.CLOSED);
  }

  private void awaitOneMore() {
    var other = new HeardEvents();
    try (var unused = client.kv().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, other)) {
      put("later", "");
      other.awaitChanges(1);
    }
  }

  @Test
  void w4_aWatchHearsAllThatItMissedWhileAllMembersWereOutOfReach() {
    var watch = watch(options -> {});
    put("key", "0");
    heard.awaitChanges(1);

    shared.cluster().members().forEach(member -> member.bridge().refuse());
    await().atMost(PATIENCE).until(() -> watch.disconnectedFor().isPresent());
    for (int i = 1; i < 20; i++) {
      put("key", Integer.toString(i));
    }
    shared.cluster().members().forEach(member -> member.bridge().heal());
    heard.awaitChanges(20);

    assertThat(heard.told()).isEqualTo(puts(0, 20));
    await().atMost(PATIENCE).until(() -> watch.revision().compareTo(Revision.NONE) > 0);
    assertThat(watch.disconnectedFor()).isEmpty();
  }

  @Test
  void w5_aCompactedStartEndsTheWatchAndSaysWhatIsLeft() {
    Revision first = put("key", "0");
    Revision last = put("key", "1");
    past.kv().compact(last);

    watch(options -> options.startRevision(first));
    heard.awaitEnd();

    assertThat(heard.ends).containsExactly(new WatchEnd.Compacted(last));
    assertThat(heard.events()).isEmpty();
  }

  @Test
  void w5_aCompactedStartIsResyncedIfThatIsWanted() {
    Revision first = put("a", "0");
    put("b", "1");
    Revision last = put("a", "2");
    past.kv().compact(last);

    watch(options -> options.startRevision(first).resyncWhenCompacted());
    await().atMost(PATIENCE).until(() -> !heard.events().isEmpty());
    put("c", "3");
    heard.awaitChanges(1);

    assertThat(heard.events().get(0))
        .isInstanceOfSatisfying(
            WatchEvent.Resynced.class,
            all -> {
              assertThat(all.kvs()).extracting(kv -> kv.value().utf8()).containsExactly("2", "1");
              assertThat(all.isFirst() && all.isLast()).isTrue();
            });
    assertThat(heard.told()).containsExactly(prefix + "c=3");
  }

  @Test
  void w6_aWatchThatWasCutOffForTooLongTellsWhatItHadAndEnds() {
    watch(options -> {});
    put("key", "0");
    heard.awaitChanges(1);
    shared.cluster().members().forEach(member -> member.bridge().refuse());
    put("key", "1");
    Revision last = put("key", "2");
    past.kv().compact(last);
    shared.cluster().members().forEach(member -> member.bridge().heal());

    heard.awaitEnd();

    assertThat(heard.told()).isEqualTo(puts(0, 1));
    assertThat(heard.ends).containsExactly(new WatchEnd.Compacted(last));
  }

  @Test
  void w11_afterTheCloseOfTheClientWatchesAreOverAndNewOnesRefused() {
    var watch = watch(options -> {});
    var iterated = client.kv().watch(KeyRange.prefix(prefix));

    client.close();
    heard.awaitEnd();

    assertThat(heard.ends).containsExactly(new WatchEnd.Disconnected());
    assertThat(watch.end()).contains(new WatchEnd.Disconnected());
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
    assertThat(catchThrowableOfType(WatchEndedException.class, iterated::hasNext).end())
        .isEqualTo(new WatchEnd.Disconnected());
    var kv = client.kv();
    assertThat(codeOf(() -> kv.watch(KeyRange.prefix(prefix), it -> {}, batch -> {})))
        .isEqualTo(Code.CLOSED);
    assertThat(codeOf(() -> kv.watch(KeyRange.prefix(prefix)))).isEqualTo(Code.CLOSED);
    watch.close();
    iterated.close();
    assertThat(watch.state()).isEqualTo(WatchState.ENDED);
  }

  private static Code codeOf(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run).code();
  }

  @Test
  void w12_theLossOfTheLeaderLosesNothing() {
    var watch = watch(options -> {});
    put("key", "0");
    EtcdMember leader = shared.cluster().awaitLeader();

    leader.kill();
    KvClient patient =
        past.kv().with(call -> call.timeout(PATIENCE).idempotent(true)); // written twice, maybe
    for (int i = 1; i < 10; i++) {
      patient.put(prefix + "key", Integer.toString(i));
    }
    leader.restart();
    heard.awaitChanges(10);
    put("end", "");
    await().atMost(PATIENCE).until(() -> heard.told().contains(prefix + "end="));

    assertThat(heard.told().stream().distinct().limit(10)).isEqualTo(puts(0, 10));
    assertThat(heard.changes()).extracting(WatchEvent::revision).isSorted().doesNotHaveDuplicates();
    assertThat(watch.end()).isEmpty();
  }

  @Test
  void w13_filtersAreTheServers() {
    var deletes = new HeardEvents();
    watch(WatchOptions.Builder::noDeletes);
    client.kv().watch(KeyRange.prefix(prefix), WatchOptions.Builder::noPuts, deletes);

    put("a", "1");
    past.kv().delete(prefix + "a");
    put("b", "2");
    past.kv().delete(prefix + "b");
    heard.awaitChanges(2);
    deletes.awaitChanges(2);

    assertThat(heard.told()).containsExactly(prefix + "a=1", prefix + "b=2");
    assertThat(deletes.told()).containsExactly("-" + prefix + "a", "-" + prefix + "b");
  }

  @Test
  void w14_aWatchIsCreatedOnceForItsUserAndEachBreakIsTold() {
    var created = new AtomicInteger();
    var future = client.kv().async().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, heard);
    var counted = future.thenAccept(watch -> created.incrementAndGet());
    await().atMost(PATIENCE).until(counted::isDone);
    assertThat(heard.events()).as("the creation itself is no event").isEmpty();
    put("key", "0");
    heard.awaitChanges(1);

    cutAll();
    put("key", "1");
    heard.awaitChanges(2);

    assertThat(created).hasValue(1);
    assertThat(heard.events()).hasSize(3);
    assertThat(heard.events().get(1)).isInstanceOf(WatchEvent.Reconnected.class);
    assertThat(heard.told()).isEqualTo(puts(0, 2));
  }

  @Test
  void w15_thoseWhoWantItHearWhatWasBeforeAndOthersDoNot() {
    var plain = new HeardEvents();
    watch(WatchOptions.Builder::prevKv);
    client.kv().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, plain);

    put("a", "1");
    put("a", "2");
    past.kv().delete(prefix + "a");
    heard.awaitChanges(3);
    plain.awaitChanges(3);

    assertThat(heard.changes()).extracting(WatchTest::before).containsExactly("", "1", "2");
    assertThat(plain.changes()).extracting(WatchTest::before).containsOnly("");
    assertThat(((WatchEvent.Put) heard.changes().get(0)).isCreation()).isTrue();
    assertThat(((WatchEvent.Put) heard.changes().get(1)).isCreation()).isFalse();
  }

  private static String before(WatchEvent change) {
    var prevKv =
        change instanceof WatchEvent.Put put ? put.prevKv() : ((WatchEvent.Delete) change).prevKv();
    return prevKv.map(KeyValue::value).map(Bytes::utf8).orElse("");
  }

  @Test
  void w17_watchesThatComeAndGoWhileConnectionsAreCutEndCleanly() throws InterruptedException {
    watch(options -> {});
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      var thread =
          new Thread(
              () -> {
                for (int i = 0; i < 50; i++) {
                  var one = client.kv().watch(KeyRange.prefix(prefix), it -> {}, batch -> {});
                  one.close();
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (int i = 0; i < 10; i++) {
      put("key", Integer.toString(i));
      cutAll();
    }
    for (var thread : threads) {
      thread.join();
    }
    heard.awaitChanges(10);

    assertThat(heard.told()).isEqualTo(puts(0, 10));
    assertThat(heard.ends).isEmpty();
  }

  @Test
  void w18_closingAWatchAndThenTheClientIsNoFailure() {
    for (int i = 0; i < 20; i++) {
      try (var other = Etcd.builder().endpoints(shared.cluster().endpoints()).build()) {
        var watch = other.kv().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, heard);
        watch.close();
        other.close();

        assertThat(watch.state()).isEqualTo(WatchState.CLOSED);
        assertThat(watch.end()).isEmpty();
      }
    }
    requireSilence(heard);
  }

  @Test
  void w19_manyWatchesThatComeBackWhileTheyAreClosedAreAllOver() {
    var heards = new ArrayList<HeardEvents>();
    var watches = new ArrayList<Watch>();
    for (int i = 0; i < 400; i++) {
      var one = new HeardEvents();
      heards.add(one);
      watches.add(client.kv().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, one));
    }

    cutAll();
    watches.subList(0, 100).forEach(Watch::close); // while they wait for a stream
    await().atMost(PATIENCE).until(() -> watches.get(399).state() == WatchState.ACTIVE);
    cutAll();
    watches.subList(100, 200).forEach(Watch::close);
    put("key", "0");
    awaitAll(heards.subList(200, 400), one -> one.changes().size() == 1);
    cutAll();
    client.close();
    awaitAll(heards.subList(200, 400), one -> !one.ends.isEmpty());

    assertThat(heards.subList(0, 200)).allMatch(one -> one.ends.isEmpty());
    assertThat(heards.subList(0, 100)).allMatch(one -> one.changes().isEmpty());
    assertThat(heards.subList(200, 400))
        .allSatisfy(
            one -> {
              assertThat(one.told()).containsExactlyElementsOf(puts(0, 1));
              assertThat(one.ends).containsExactly(new WatchEnd.Disconnected());
            });
    assertThat(watches.subList(0, 200)).allMatch(one -> one.state() == WatchState.CLOSED);
    assertThat(watches.subList(200, 400)).allMatch(one -> one.state() == WatchState.ENDED);
  }

  private static void awaitAll(List<HeardEvents> all, Predicate<HeardEvents> condition) {
    await().atMost(PATIENCE).until(() -> all.stream().allMatch(condition));
  }

  @Test
  void w20_closingIsPromptWhileNothingIsInReach() {
    var watch = watch(options -> {});
    shared.cluster().members().forEach(member -> member.bridge().refuse());
    await().atMost(PATIENCE).until(() -> watch.state() == WatchState.DISCONNECTED);

    long start = System.nanoTime();
    watch.close();
    client.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ofSeconds(3));
    assertThat(watch.state()).isEqualTo(WatchState.CLOSED);
    assertThat(heard.ends).isEmpty();
  }

  @Test
  void w21_aBatchThatIsLargerThanAnyMessageArrivesWhole() {
    String large = "x".repeat(1_000_000);
    Revision first = put("0", large);
    for (int i = 1; i < 8; i++) {
      put(Integer.toString(i), large);
    }
    try (var small =
        Connection.builder()
            .endpoints(shared.cluster().endpoints())
            .maxAnswerBytes(3_000_000)
            .build()) {
      KvClient.over(small)
          .watch(KeyRange.prefix(prefix), options -> options.startRevision(first), heard);
      heard.awaitChanges(8);
    }

    assertThat(heard.changes())
        .extracting(change -> ((WatchEvent.Put) change).kv().value().size())
        .containsExactly(
            1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000);
  }

  /** One event is one message to etcd, whatever its size. */
  @Test
  void w21_anEventThatIsLargerThanTheClientTakesEndsItsWatchAndNoOther() {
    var others = new ArrayList<HeardEvents>();
    try (var small =
        Connection.builder()
            .endpoints(shared.cluster().endpoints())
            .maxAnswerBytes(500_000)
            .build()) {
      KvClient kv = KvClient.over(small);
      for (int i = 0; i < 5; i++) {
        var other = new HeardEvents();
        others.add(other);
        kv.watch(KeyRange.key(prefix + "other"), WatchOptions.DEFAULT, other);
      }
      kv.watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, heard);
      put("key", "0");

      Revision large = put("large", "x".repeat(1_000_000));
      heard.awaitEnd();
      put("other", "1");
      awaitAll(others, other -> other.changes().size() == 1);

      assertThat(heard.told()).isEqualTo(puts(0, 1));
      assertThat(heard.ends).containsExactly(new WatchEnd.TooLarge(large));
      assertThat(others).allMatch(other -> other.ends.isEmpty());
    }
  }

  /**
   * Etcd cuts fragments at its own limit, which the client cannot change; the companion earlier.
   */
  @Test
  void w21_aHistoryInFragmentsThatAreLargerThanTheClientTakesEndsTheWatch() {
    Revision first = put("0", "x".repeat(400_000));
    for (int i = 1; i < 8; i++) {
      put(Integer.toString(i), "x".repeat(400_000));
    }
    try (var small =
        Connection.builder()
            .endpoints(shared.cluster().endpoints())
            .maxAnswerBytes(500_000)
            .build()) {
      KvClient.over(small)
          .watch(KeyRange.prefix(prefix), options -> options.startRevision(first), heard);
      await().atMost(PATIENCE).until(() -> !heard.ends.isEmpty() || heard.changes().size() == 8);

      assertThat(heard.changes()).hasSize(shared.backend().isReal() ? 0 : 8);
      assertThat(heard.ends)
          .isEqualTo(shared.backend().isReal() ? List.of(new WatchEnd.TooLarge(first)) : List.of());
    }
  }

  @Test
  void w22_aRevisionThatNeverComesIsAcceptedAtOnceAndDisturbsNobody() {
    var never = new HeardEvents();
    watch(options -> {});

    try (var waiting =
        client
            .kv()
            .watch(
                KeyRange.prefix(prefix),
                options -> options.startRevision(Revision.of(Long.MAX_VALUE)),
                never)) {
      put("key", "0");
      heard.awaitChanges(1);
      cutAll();
      put("key", "1");
      heard.awaitChanges(2);

      await().atMost(PATIENCE).until(() -> waiting.state() == WatchState.ACTIVE);
      assertThat(never.changes()).isEmpty();
      assertThat(never.ends).isEmpty();
    }
  }

  @Test
  void w22_aTransactionIsOneBatchAndAFutureRevisionIsAwaited() {
    Revision now = put("key", "0");
    watch(options -> options.startRevision(Revision.of(now.value() + 2)));

    put("too early", "1");
    past.kv()
        .txn()
        .then(Op.put(prefix + "a", "2"), Op.put(prefix + "b", "3"), Op.put(prefix + "c", "4"))
        .commit();
    heard.awaitChanges(3);

    assertThat(heard.batches).hasSize(1);
    assertThat(heard.told()).containsExactly(prefix + "a=2", prefix + "b=3", prefix + "c=4");
  }

  @Test
  void w23_aSlowListenerHoldsWhatItsBufferTakesAndLosesNothing() {
    var goOn = new CountDownLatch(1);
    var quick = new HeardEvents();
    var slow =
        client
            .kv()
            .watch(
                KeyRange.prefix(prefix),
                options -> options.bufferEvents(10),
                batch -> {
                  await().atMost(PATIENCE).until(() -> goOn.getCount() == 0);
                  heard.onBatch(batch);
                });
    client.kv().watch(KeyRange.prefix(prefix), WatchOptions.DEFAULT, quick);

    for (int i = 0; i < 200; i++) {
      put("key", Integer.toString(i));
    }
    quick.awaitChanges(200);
    await().atMost(PATIENCE).until(() -> slow.state() == WatchState.BEHIND);
    goOn.countDown();
    heard.awaitChanges(200);

    assertThat(heard.told()).isEqualTo(puts(0, 200));
    await().atMost(PATIENCE).until(() -> slow.state() == WatchState.ACTIVE);
  }

  @Test
  void r4_whatIsIteratedOverIsTheHistory() {
    Revision first = put("key", "0");
    try (var changes =
        client.kv().watch(KeyRange.prefix(prefix), options -> options.startRevision(first))) {
      for (int i = 1; i < 30; i++) {
        put("key", Integer.toString(i));
        if (i % 7 == 0) {
          cutAll();
        }
      }
      var seen = new ArrayList<String>();
      while (seen.size() < 30) {
        if (changes.next() instanceof WatchEvent.Put put) {
          seen.add(put.kv().value().utf8());
        }
      }

      assertThat(seen).isEqualTo(IntStream.range(0, 30).mapToObj(Integer::toString).toList());
      assertThat(changes.nextBatch(ofMillis(1)).stream().flatMap(it -> it.events().stream()))
          .noneMatch(WatchEvent.Put.class::isInstance);
    }
  }
}
