package dev.rondo.etcd.companion.rpc;

import static dev.rondo.etcd.companion.rpc.Watched.deleting;
import static dev.rondo.etcd.companion.rpc.Watched.putting;
import static dev.rondo.etcd.companion.rpc.Watched.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.WatchCreateRequest.FilterType;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a watch answers: the companion's service and real etcd 3.5 must say the same. */
@ParameterizedClass(name = "{0}")
@MethodSource("backends")
@Timeout(60)
class WatchSemanticsTest {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);
  private static final int FRAGMENT_BYTES = 2 * 1024 * 1024;

  private static Watched watched;

  private WatchClient client;

  WatchSemanticsTest(Supplier<Watched> backend) {
    // One is shared by all tests of a back end.
    assertThat(backend).isNotNull();
  }

  static List<Named<Supplier<Watched>>> backends() {
    var backends = new ArrayList<Named<Supplier<Watched>>>();
    backends.add(Named.of("companion", WatchedStore::new));
    for (var etcd : EtcdBackend.all()) {
      if (etcd.version().isAtLeast(3, 5)) {
        backends.add(Named.of(etcd.toString(), () -> new WatchedEtcd(etcd)));
      }
    }
    return backends;
  }

  @BeforeParameterizedClassInvocation
  static void start(Supplier<Watched> backend) {
    watched = backend.get();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    watched.close();
  }

  @BeforeEach
  void open() {
    client = WatchClient.reading(watched.channel());
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void hearsOfPutsAndDeletesOfAKey() {
    long before = watched.put("other", "v");
    var created = client.created(create -> create.setKey(utf8("plain")));
    long put = watched.put("plain", "one");
    watched.put("plainer", "not meant");
    long again = watched.put("plain", "two");
    long deleted = watched.delete("plain");

    assertThat(created.getWatchId()).isZero();
    assertThat(created.getHeader().getRevision()).isEqualTo(before);
    assertThat(client.next()).satisfies(holds(put, event("plain", "one", put, put, 1)));
    assertThat(client.next()).satisfies(holds(again, event("plain", "two", put, again, 2)));
    assertThat(client.next()).satisfies(holds(deleted, deletion("plain", deleted)));
    client.expectNothingMore();
  }

  @Test
  void givesWhatAKeyWasBeforeToThoseWhoAsk() {
    client.created(create -> create.setKey(utf8("previous")).setPrevKv(true));
    long first = watched.put("previous", "one");
    long second = watched.put("previous", "two");
    long deleted = watched.delete("previous");
    long anew = watched.put("previous", "three");

    assertThat(client.next()).satisfies(holds(first, event("previous", "one", first, first, 1)));
    assertThat(client.next())
        .satisfies(
            holds(
                second,
                event("previous", "two", first, second, 2).toBuilder()
                    .setPrevKv(keyValue("previous", "one", first, first, 1))
                    .build()));
    assertThat(client.next())
        .satisfies(
            holds(
                deleted,
                deletion("previous", deleted).toBuilder()
                    .setPrevKv(keyValue("previous", "two", first, second, 2))
                    .build()));
    assertThat(client.next()).satisfies(holds(anew, event("previous", "three", anew, anew, 1)));
  }

  @Test
  void leavesOutWhatIsFiltered() {
    client.created(create -> create.setKey(utf8("filtered")).addFilters(FilterType.NOPUT));
    client.created(create -> create.setKey(utf8("filtered")).addFilters(FilterType.NODELETE));
    client.created(
        create ->
            create
                .setKey(utf8("filtered"))
                .addFilters(FilterType.NODELETE)
                .addFilters(FilterType.NOPUT));

    long put = watched.put("filtered", "v");
    long deleted = watched.delete("filtered");

    assertThat(client.next())
        .satisfies(holds(put, event("filtered", "v", put, put, 1)))
        .returns(1L, WatchResponse::getWatchId);
    assertThat(client.next())
        .satisfies(holds(deleted, deletion("filtered", deleted)))
        .returns(0L, WatchResponse::getWatchId);
    client.expectNothingMore();
  }

  @Test
  void filtersHistoryToo() {
    long put = watched.put("filtered history", "v");
    long deleted = watched.delete("filtered history");

    client.created(
        create ->
            create
                .setKey(utf8("filtered history"))
                .setStartRevision(put)
                .addFilters(FilterType.NOPUT));

    assertThat(client.next()).satisfies(holds(deleted, deletion("filtered history", deleted)));
    client.expectNothingMore();
  }

  @Test
  void watchesAnInterval() {
    client.created(create -> create.setKey(utf8("interval/b")).setRangeEnd(utf8("interval/d")));

    for (var key : List.of("a", "b", "c", "cc", "d", "e")) {
      watched.put("interval/" + key, "v");
    }

    assertThat(keys(client.events(3))).containsExactly("interval/b", "interval/c", "interval/cc");
    client.expectNothingMore();
  }

  @Test
  void watchesEveryKeyFromOneOn() {
    client.created(create -> create.setKey(utf8("zzz")).setRangeEnd(OPEN));

    watched.put("zzy", "v");
    watched.put("zzz", "v");
    watched.put("zzzz", "v");

    assertThat(keys(client.events(2))).containsExactly("zzz", "zzzz");
    client.expectNothingMore();
  }

  @Test
  void watchesAllKeys() {
    client.created(create -> create.setKey(OPEN).setRangeEnd(OPEN));
    client.created(create -> create.setRangeEnd(OPEN));

    watched.put("any", "v");

    assertThat(keys(client.events(2))).containsExactly("any", "any");
  }

  @Test
  void takesTheSmallestKeyForNone() {
    client.created(create -> create);

    watched.put("any", "v");
    watched.put("\0", "smallest");

    assertThat(keys(client.events(1))).containsExactly("\0");
    client.expectNothingMore();
  }

  @Test
  void refusesARangeWithoutKeys() {
    long revision = watched.put("other", "v");

    client.create(create -> create.setKey(utf8("b")).setRangeEnd(utf8("a")));
    client.create(create -> create.setKey(utf8("b")).setRangeEnd(utf8("b")));

    for (int i = 0; i < 2; i++) {
      assertThat(withoutMember(client.next()))
          .isEqualTo(refusal("mvcc: watcher range is empty", revision));
    }
    assertThat(client.created(create -> create.setKey(utf8("a"))).getWatchId())
        .as("the first id, which no refused watch took")
        .isZero();
  }

  @Test
  void refusesAnIdThatIsInUse() {
    long revision = watched.put("other", "v");
    client.created(create -> create.setKey(utf8("twice")).setWatchId(7));

    client.create(create -> create.setKey(utf8("twice")).setWatchId(7));

    assertThat(withoutMember(client.next()))
        .isEqualTo(refusal("mvcc: duplicate watch ID provided on the WatchStream", revision));
    watched.put("twice", "v");
    assertThat(client.next().getWatchId()).isEqualTo(7);
    client.expectNothingMore();
  }

  @Test
  void drawsIdsUpwardsPastThoseInUse() {
    assertThat(client.created(create -> create.setWatchId(1)).getWatchId()).isEqualTo(1);
    assertThat(client.created(create -> create.setWatchId(-5)).getWatchId()).isEqualTo(-5);
    assertThat(client.created(create -> create).getWatchId()).isZero();
    assertThat(client.created(create -> create).getWatchId()).isEqualTo(2);
    client.cancel(0);
    assertThat(client.next().getCanceled()).isTrue();
    assertThat(client.created(create -> create).getWatchId()).isEqualTo(3);
  }

  @Test
  void cancelsAWatch() {
    client.created(create -> create.setKey(utf8("cancelled")).setWatchId(3));
    long revision = watched.put("cancelled", "heard");
    assertThat(keys(client.events(1))).containsExactly("cancelled");

    client.cancel(3);

    assertThat(withoutMember(client.next()))
        .isEqualTo(response(revision).setWatchId(3).setCanceled(true).build());
    watched.put("cancelled", "not heard");
    client.created(create -> create.setKey(utf8("cancelled")).setWatchId(3));
    client.expectNothingMore();
  }

  @Test
  void doesNotAnswerTheCancellationOfAnUnknownWatch() {
    client.cancel(99);

    client.expectNothingMore();
  }

  @Test
  void ignoresARequestThatAsksNothing() {
    client.send(WatchRequest.getDefaultInstance());

    client.expectNothingMore();
  }

  @Test
  void tellsATransactionInOneResponse() {
    watched.put("txn/old", "v");
    client.created(create -> create.setKey(utf8("txn/")).setRangeEnd(utf8("txn0")));
    client.created(create -> create.setKey(utf8("txn/b")));

    long revision =
        watched.write(putting("txn/b", "v"), deleting("txn/old"), putting("txn/a", "v"));

    var both = List.of(client.next(), client.next());
    assertThat(both)
        .filteredOn(response -> response.getWatchId() == 0)
        .singleElement()
        .satisfies(
            holds(
                revision,
                event("txn/b", "v", revision, revision, 1),
                deletion("txn/old", revision),
                event("txn/a", "v", revision, revision, 1)));
    assertThat(both)
        .filteredOn(response -> response.getWatchId() == 1)
        .singleElement()
        .satisfies(holds(revision, event("txn/b", "v", revision, revision, 1)));
  }

  @Test
  void readsHistoryInOneResponseOfTheRevisionOfNow() {
    long first = watched.put("history", "one");
    long second = watched.put("history", "two");
    long third = watched.delete("history");
    long now = watched.put("other", "v");

    var created = client.created(create -> create.setKey(utf8("history")).setStartRevision(second));

    assertThat(created.getHeader().getRevision()).isEqualTo(now);
    assertThat(client.next())
        .satisfies(
            holds(now, event("history", "two", first, second, 2), deletion("history", third)));
    long next = watched.put("history", "three");
    assertThat(client.next()).satisfies(holds(next, event("history", "three", next, next, 1)));
    client.expectNothingMore();
  }

  @Test
  void putsAThousandRevisionsOfHistoryIntoOneResponse() {
    long first = watched.put("long history", "v");
    for (int i = 1; i < 2300; i++) {
      watched.put("long history", "v");
    }

    client.created(create -> create.setKey(utf8("long history")).setStartRevision(first));

    assertThat(client.next().getEventsCount()).isEqualTo(1000);
    assertThat(client.next().getEventsCount()).isEqualTo(1000);
    assertThat(client.next().getEventsCount()).isEqualTo(300);
  }

  @Test
  void waitsForARevisionToCome() {
    long now = watched.put("future", "v");

    var created = client.created(create -> create.setKey(utf8("future")).setStartRevision(now + 3));
    watched.put("future", "too early");
    watched.put("future", "too early");
    long revision = watched.put("future", "expected");

    assertThat(created.getHeader().getRevision()).isEqualTo(now);
    assertThat(client.next())
        .satisfies(holds(revision, event("future", "expected", now, revision, 4)));
    client.expectNothingMore();
  }

  @Test
  void cancelsAWatchOfWhatIsCompacted() {
    long first = watched.put("compacted", "one");
    watched.put("compacted", "two");
    long third = watched.put("compacted", "three");
    watched.compact(third);

    client.created(
        create -> create.setKey(utf8("compacted")).setStartRevision(first).setWatchId(4));

    assertThat(withoutMember(client.next()))
        .isEqualTo(response(0).setWatchId(4).setCanceled(true).setCompactRevision(third).build());
  }

  @Test
  void keepsTheIdOfAWatchOfWhatIsCompactedUntilItIsCancelled() {
    long first = watched.put("compacted", "one");
    long second = watched.put("compacted", "two");
    watched.compact(second);
    client.created(
        create -> create.setKey(utf8("compacted")).setStartRevision(first).setWatchId(4));
    assertThat(client.next().getCompactRevision()).isEqualTo(second);

    client.create(create -> create.setKey(utf8("compacted")).setWatchId(4));
    assertThat(client.next().getCancelReason()).startsWith("mvcc: duplicate watch ID");
    client.askForProgress();
    client.expectNothingMore();
    client.cancel(4);
    assertThat(withoutMember(client.next()))
        .isEqualTo(response(second).setWatchId(4).setCanceled(true).build());
    client.created(create -> create.setKey(utf8("compacted")).setWatchId(4));
    client.askForProgress();
    assertThat(client.next().getWatchId()).isEqualTo(-1);
  }

  @Test
  void readsHistoryFromTheFloorWithoutWhatWasBefore() {
    long first = watched.put("floor", "one");
    long second = watched.put("floor", "two");
    long third = watched.put("floor", "three");
    watched.compact(second);

    client.created(create -> create.setKey(utf8("floor")).setStartRevision(second).setPrevKv(true));

    assertThat(client.next())
        .satisfies(
            holds(
                third,
                event("floor", "two", first, second, 2),
                event("floor", "three", first, third, 3).toBuilder()
                    .setPrevKv(keyValue("floor", "two", first, second, 2))
                    .build()));
  }

  @Test
  void tellsOnRequestHowFarAllWatchesAre() {
    client.created(create -> create.setKey(utf8("progress")));
    client.created(create -> create.setKey(utf8("progress too")));
    long revision = watched.put("other", "v");

    client.askForProgress();

    assertThat(withoutMember(client.next())).isEqualTo(response(revision).setWatchId(-1).build());
    client.expectNothingMore();
  }

  @Test
  void tellsNothingOfProgressWithoutAWatch() {
    client.askForProgress();

    client.expectNothingMore();
  }

  @Test
  void tellsQuietWatchesOfProgress() {
    client.created(create -> create.setKey(utf8("quiet")));
    client.created(create -> create.setKey(utf8("quiet")).setProgressNotify(true));
    long revision = watched.put("other", "v");

    var told = client.next();

    // The first may have been under way already.
    assertThat(told.getHeader().getRevision()).isBetween(revision - 1, revision);
    assertThat(withoutMember(client.next())).isEqualTo(response(revision).setWatchId(1).build());
    assertThat(withoutMember(client.next())).isEqualTo(response(revision).setWatchId(1).build());
  }

  @Test
  void cutsALargeResponseForThoseWhoAskedForIt() {
    var value = "v".repeat(500_000);
    var operations =
        IntStream.range(0, 3).mapToObj(i -> putting("large/" + i, value)).toArray(RequestOp[]::new);
    client.created(
        create ->
            create
                .setKey(utf8("large/"))
                .setRangeEnd(utf8("large0"))
                .setFragment(true)
                .setPrevKv(true));

    watched.write(operations);
    long revision = watched.write(operations);

    assertThat(client.next())
        .returns(false, WatchResponse::getFragment)
        .returns(3, WatchResponse::getEventsCount);
    var first = client.next();
    var last = client.next();
    assertThat(first)
        .returns(true, WatchResponse::getFragment)
        .returns(2, WatchResponse::getEventsCount)
        .returns(revision, fragment -> fragment.getHeader().getRevision());
    assertThat(first.getSerializedSize()).isLessThan(FRAGMENT_BYTES);
    assertThat(last)
        .returns(false, WatchResponse::getFragment)
        .returns(1, WatchResponse::getEventsCount)
        .returns(revision, fragment -> fragment.getHeader().getRevision());
  }

  @Test
  void cutsALargeRevisionOfHistoryForThoseWhoAskedForIt() {
    var operations =
        IntStream.range(0, 3)
            .mapToObj(i -> putting("large history/" + i, "v".repeat(480_000)))
            .toArray(RequestOp[]::new);
    watched.write(operations);
    long revision = watched.write(operations);
    long now = watched.put("other", "v");

    client.created(
        create ->
            create
                .setKey(utf8("large history/"))
                .setRangeEnd(utf8("large history0"))
                .setStartRevision(revision)
                .setPrevKv(true)
                .setFragment(true));

    var fragments = List.of(client.next(), client.next());
    assertThat(fragments.stream().map(WatchResponse::getEventsCount)).containsExactly(2, 1);
    assertThat(fragments.stream().map(WatchResponse::getFragment)).containsExactly(true, false);
    assertThat(fragments.stream().map(fragment -> fragment.getHeader().getRevision()))
        .containsOnly(now);
  }

  @Test
  void cutsAResponseAsSoonAsItIsTooLarge() {
    client.created(
        create ->
            create
                .setKey(utf8("exact/"))
                .setRangeEnd(utf8("exact0"))
                .setPrevKv(true)
                .setFragment(true));
    for (int size = FRAGMENT_BYTES - 200; size < FRAGMENT_BYTES; size += 20) {
      var value = "v".repeat(size / 4);
      var operations = new RequestOp[] {putting("exact/a", value), putting("exact/b", value)};
      watched.write(deleting("exact/a"), deleting("exact/b"));
      watched.write(operations);
      watched.write(operations);

      var response = client.next();
      while (response.getEvents(0).getKv().getVersion() != 2) {
        response = client.next();
      }

      if (response.getFragment()) {
        var last = client.next();
        assertThat(last.getFragment()).isFalse();
        var whole = response.toBuilder().addAllEvents(last.getEventsList()).clearFragment();
        assertThat(whole.build().getSerializedSize()).isGreaterThanOrEqualTo(FRAGMENT_BYTES);
      } else {
        assertThat(response.getSerializedSize()).isLessThan(FRAGMENT_BYTES);
      }
    }
  }

  @Test
  void goesOnAfterTheClientHasNothingMoreToAsk() {
    client.created(create -> create.setKey(utf8("half closed")));
    client.halfClose();

    long first = watched.put("half closed", "one");
    assertThat(client.next()).satisfies(holds(first, event("half closed", "one", first, first, 1)));
    long second = watched.put("half closed", "two");
    assertThat(client.next())
        .satisfies(holds(second, event("half closed", "two", first, second, 2)));
  }

  private static ThrowingConsumer<WatchResponse> holds(long revision, Event... events) {
    return response -> {
      assertThat(response.getHeader().getRevision()).isEqualTo(revision);
      assertThat(response.getEventsList()).containsExactly(events);
      assertThat(response.getCreated()).isFalse();
      assertThat(response.getCanceled()).isFalse();
      assertThat(response.getFragment()).isFalse();
      assertThat(response.getCompactRevision()).isZero();
    };
  }

  private static WatchResponse refusal(String reason, long revision) {
    return response(revision)
        .setWatchId(-1)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason)
        .build();
  }

  private static WatchResponse.Builder response(long revision) {
    var response = WatchResponse.newBuilder();
    response.getHeaderBuilder().setRevision(revision);
    return response;
  }

  /** All but whose answer it is. */
  private static WatchResponse withoutMember(WatchResponse response) {
    var answer = response.toBuilder();
    answer.getHeaderBuilder().clearClusterId().clearMemberId().clearRaftTerm();
    return answer.build();
  }

  private static List<String> keys(List<Event> events) {
    return events.stream().map(event -> event.getKv().getKey().toStringUtf8()).toList();
  }

  private static Event event(String key, String value, long created, long revision, long version) {
    return Event.newBuilder().setKv(keyValue(key, value, created, revision, version)).build();
  }

  private static Event deletion(String key, long revision) {
    return Event.newBuilder()
        .setType(Event.EventType.DELETE)
        .setKv(KeyValue.newBuilder().setKey(utf8(key)).setModRevision(revision))
        .build();
  }

  private static KeyValue keyValue(
      String key, String value, long created, long revision, long version) {
    return KeyValue.newBuilder()
        .setKey(utf8(key))
        .setValue(utf8(value))
        .setCreateRevision(created)
        .setModRevision(revision)
        .setVersion(version)
        .build();
  }
}
