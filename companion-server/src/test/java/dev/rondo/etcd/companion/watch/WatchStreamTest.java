package dev.rondo.etcd.companion.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.testing.FakeTime;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchCancelRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchProgressRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What depends on who is ready when; time stands still, and turns are taken when told. */
class WatchStreamTest {
  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(11);

  private final FakeTime time = new FakeTime();
  private final Store store = new Store(time);
  private final WatchHub hub =
      new WatchHub(
          store,
          time,
          time,
          revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
          new WatchSettings(INTERVAL, 1000));
  private final FakeOutlet outlet = new FakeOutlet();
  private final WatchStream stream = hub.open(outlet);

  @Test
  void remembersARevisionOfAClientThatDoesNotReadAndNothingElse() {
    create(create -> create.setKey(utf8("a")));
    create(create -> create.setKey(utf8("b")));
    outlet.take();
    outlet.room = 0;

    for (int i = 0; i < 5000; i++) {
      put("a", "v" + i);
      time.runDue();
    }

    assertThat(stream.waiting()).isZero();
    assertThat(hub.synced()).as("b, of which there was nothing to hear").isEqualTo(1);
    assertThat(outlet.sent).isEmpty();

    outlet.room = Integer.MAX_VALUE;
    stream.resume();
    time.runDue();

    assertThat(values(outlet.take())).hasSize(5000).startsWith("v0", "v1").endsWith("v4999");
    assertThat(hub.synced()).isEqualTo(2);
  }

  @Test
  void remembersABoundedNumberOfCommitsWhenItsTurnIsLate() {
    create(create -> create.setKey(utf8("a")));

    for (int i = 0; i < 5000; i++) {
      put("a", "v" + i);
    }

    assertThat(stream.waiting()).isEqualTo(Notices.DELIVERIES + 1);
    assertThat(hub.synced()).isZero();

    time.runDue();

    assertThat(values(outlet.take())).hasSize(5000).startsWith("v0", "v1").endsWith("v4999");
    assertThat(hub.synced()).isEqualTo(1);
  }

  @Test
  void goesOnWhereItStoppedHoweverLittleTheClientTakesAtATime() {
    create(create -> create.setKey(utf8("a")).setRangeEnd(utf8("c")));
    create(create -> create.setKey(utf8("a")).setFragment(true).setPrevKv(true));
    create(create -> create.setKey(utf8("b")));
    outlet.room = 0;

    for (int i = 0; i < 300; i++) {
      put(i % 3 == 0 ? "b" : "a", "v" + i);
      if (i % 7 == 0) {
        outlet.room = 1;
        stream.resume();
      }
      time.runDue();
    }
    while (outlet.room == 0) {
      outlet.room = 1;
      stream.resume();
      time.runDue();
    }

    assertThat(values(ofWatch(0))).hasSize(300).doesNotHaveDuplicates();
    assertThat(values(ofWatch(1))).hasSize(200).startsWith("v1", "v2", "v4").endsWith("v299");
    assertThat(values(ofWatch(2))).hasSize(100).startsWith("v0", "v3", "v6").endsWith("v297");
    assertThat(hub.synced()).isEqualTo(3);
  }

  @Test
  void readsNoRequestWhileTheClientDoesNotReadAnswers() {
    outlet.room = 1;
    int allowed = outlet.requested;

    for (int i = 0; i < allowed; i++) {
      stream.receive(WatchRequest.newBuilder().setCreateRequest(key("a")).build());
    }
    time.runDue();

    assertThat(outlet.sent).hasSize(1);
    assertThat(outlet.requested).isEqualTo(allowed + 1);
  }

  @Test
  void tellsThatACreatedWatchIsThereBeforeAnyOfItsEvents() {
    put("a", "v");

    create(create -> create.setKey(utf8("a")).setStartRevision(1));

    var sent = outlet.take();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0).getCreated()).isTrue();
    assertThat(values(sent)).containsExactly("v");
  }

  @Test
  void putsALittleHistoryIntoAResponse() {
    for (int i = 0; i < 5; i++) {
      put("a", "v".repeat(25_000) + i);
    }

    create(create -> create.setKey(utf8("a")).setStartRevision(1));

    var sent = outlet.take();
    assertThat(sent.stream().map(WatchResponse::getEventsCount)).containsExactly(0, 2, 2, 1);
    assertThat(sent).noneMatch(WatchResponse::getFragment);
  }

  @Test
  void cancelsAWatchThatCompactionOvertookWhileItsClientDidNotRead() {
    create(create -> create.setKey(utf8("a")));
    create(create -> create.setKey(utf8("b")));
    outlet.room = 0;
    put("a", "lost");
    put("a", "lost too");
    time.runDue();

    store.compact(3);
    put("b", "kept");
    outlet.room = Integer.MAX_VALUE;
    stream.resume();
    time.runDue();

    var sent = outlet.take();
    assertThat(values(sent)).containsExactly("kept");
    assertThat(sent)
        .filteredOn(WatchResponse::getCanceled)
        .singleElement()
        .satisfies(
            canceled -> {
              assertThat(canceled.getWatchId()).isZero();
              assertThat(canceled.getCompactRevision()).isEqualTo(3);
              assertThat(canceled.getCancelReason()).isEmpty();
            });
  }

  @Test
  void aWatchThatWasOvertakenHearsNothingOfWhatWasUnderWayToIt() {
    create(create -> create.setKey(utf8("a")));
    outlet.take();
    outlet.room = 0;
    for (int i = 0; i < 500; i++) {
      put("a", "v" + i);
    }
    // The client begins to read while only the first turn was taken, which left most of it.
    time.execute(() -> outlet.room = Integer.MAX_VALUE);
    store.compact(store.revision());

    time.runDue();

    var sent = outlet.take();
    assertThat(sent).singleElement().returns(true, WatchResponse::getCanceled);
    assertThat(hub.synced()).isZero();
  }

  @Test
  void aSyncedWatchIsNeverOvertaken() {
    create(create -> create.setKey(utf8("quiet")));
    for (int i = 0; i < 10; i++) {
      put("a", "v" + i);
    }
    store.compact(store.revision());

    put("quiet", "heard");
    time.runDue();

    assertThat(values(outlet.take())).containsExactly("heard");
  }

  @Test
  void tellsAQuietWatchOfProgressAtEachInterval() {
    create(create -> create.setKey(utf8("a")).setProgressNotify(true));
    create(create -> create.setKey(utf8("a")));
    outlet.take();
    put("b", "v");

    time.advance(LONGEST_INTERVAL);

    assertThat(outlet.take()).containsExactly(progress(0, 2));
  }

  @Test
  void leavesProgressOutWhereAnEventToldOfIt() {
    create(create -> create.setKey(utf8("a")).setProgressNotify(true));
    put("a", "v");
    time.runDue();
    outlet.take();

    time.advance(LONGEST_INTERVAL);

    assertThat(outlet.take()).isEmpty();

    time.advance(LONGEST_INTERVAL);

    assertThat(outlet.take()).containsExactly(progress(0, 2));
  }

  @Test
  void tellsNothingOfProgressWhileTheClientDoesNotRead() {
    create(create -> create.setKey(utf8("a")).setProgressNotify(true));
    outlet.room = 0;

    time.advance(LONGEST_INTERVAL.multipliedBy(100));

    assertThat(stream.waiting()).isZero();
  }

  @Test
  void progressOfTheStreamComesBehindEveryEventBeforeIt() {
    create(create -> create.setKey(utf8("a")));
    put("a", "v1");
    request(request -> request.setProgressRequest(WatchProgressRequest.getDefaultInstance()));
    put("a", "v2");
    time.runDue();

    var sent = outlet.take();
    int at = sent.indexOf(progress(-1, sent.get(sent.size() - 1).getHeader().getRevision()));
    assertThat(values(sent.subList(0, at))).containsExactly("v1", "v2");
  }

  @Test
  void saysNothingOfProgressWhileAWatchLags() {
    create(create -> create.setKey(utf8("a")));
    outlet.room = 0;
    for (int i = 0; i < 3000; i++) {
      put("a", "missed");
    }
    time.runDue();
    outlet.take();

    request(request -> request.setProgressRequest(WatchProgressRequest.getDefaultInstance()));
    outlet.room = Integer.MAX_VALUE;
    stream.resume();
    time.runDue();

    var sent = outlet.take();
    assertThat(values(sent)).hasSize(3000);
    assertThat(sent).noneMatch(response -> response.getWatchId() == -1);
  }

  @Test
  void hearsNothingAfterItWasCancelled() {
    create(create -> create.setKey(utf8("a")));
    stream.receive(
        WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder()).build());
    time.runDue();
    outlet.take();

    put("a", "v");
    time.runDue();

    assertThat(outlet.take()).isEmpty();
    assertThat(hub.synced()).isZero();
  }

  @Test
  void readsWhatItMissedWhenTheStoreIsReplaced() throws IOException {
    put("a", "old");
    create(create -> create.setKey(utf8("a")));
    create(create -> create.setKey(utf8("a")).setStartRevision(5));
    outlet.take();
    var ahead = new Store(time);
    for (var value : List.of("old", "missed", "missed too", "future")) {
      put(ahead, "a", value);
    }
    var saved = new ByteArrayOutputStream();
    ahead.save().writeTo(saved);

    store.load(new ByteArrayInputStream(saved.toByteArray()));
    time.runDue();
    put("a", "next");
    time.runDue();

    assertThat(values(ofWatch(0))).containsExactly("missed", "missed too", "future", "next");
    assertThat(values(ofWatch(1))).containsExactly("future", "next");
  }

  @Test
  void freesEverythingWhenItEnds() {
    create(create -> create.setKey(utf8("a")));
    create(create -> create.setKey(utf8("a")).setRangeEnd(utf8("b")));
    outlet.take();
    put("a", "v");

    stream.end();
    stream.end();
    time.runDue();
    put("a", "w");
    time.advance(LONGEST_INTERVAL);

    assertThat(hub.synced()).isZero();
    assertThat(stream.waiting()).isZero();
    assertThat(outlet.take()).isEmpty();
    assertThat(time.waiting()).isZero();
  }

  @Test
  void endsQuietlyWhenTheCallWasClosedOverItsHead() {
    create(create -> create.setKey(utf8("a")));
    outlet.closed = true;

    put("a", "v");
    time.runDue();

    assertThat(hub.synced()).isZero();
    assertThat(outlet.failure.get()).hasMessage("call is closed");
    assertThat(time.waiting()).isZero();
  }

  @Test
  void noStreamWaitsForAnother() {
    var other = new FakeOutlet();
    var otherStream = hub.open(other);
    otherStream.receive(WatchRequest.newBuilder().setCreateRequest(key("a")).build());
    create(create -> create.setKey(utf8("a")));
    other.room = 0;

    put("a", "v");
    time.runDue();

    assertThat(values(outlet.take())).containsExactly("v");
    assertThat(values(other.take())).isEmpty();
  }

  private void create(UnaryOperator<WatchCreateRequest.Builder> settings) {
    request(request -> request.setCreateRequest(settings.apply(WatchCreateRequest.newBuilder())));
    time.runDue();
  }

  private void request(UnaryOperator<WatchRequest.Builder> request) {
    stream.receive(request.apply(WatchRequest.newBuilder()).build());
  }

  private void put(String key, String value) {
    put(store, key, value);
  }

  private static void put(Store store, String key, String value) {
    try (var transaction = store.begin()) {
      transaction.put(utf8(key), utf8(value), 0);
      transaction.commit();
    }
  }

  private List<WatchResponse> ofWatch(long id) {
    return outlet.sent.stream().filter(response -> response.getWatchId() == id).toList();
  }

  private static List<String> values(List<WatchResponse> responses) {
    return responses.stream()
        .flatMap(response -> response.getEventsList().stream())
        .map(event -> event.getKv().getValue().toStringUtf8())
        .toList();
  }

  private static WatchResponse progress(long id, long revision) {
    return WatchResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(revision))
        .setWatchId(id)
        .build();
  }

  private static WatchCreateRequest key(String key) {
    return WatchCreateRequest.newBuilder().setKey(utf8(key)).build();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
