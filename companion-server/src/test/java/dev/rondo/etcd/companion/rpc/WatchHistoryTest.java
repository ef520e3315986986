package dev.rondo.etcd.companion.rpc;

import static dev.rondo.etcd.companion.rpc.Watched.deleting;
import static dev.rondo.etcd.companion.rpc.Watched.putting;
import static dev.rondo.etcd.companion.rpc.Watched.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchCreateRequest.FilterType;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writes and compactions under watches of random keys from random revisions, some of whose
 * clients read in fits and starts: each hears the history as a plain list of all writes has it.
 */
@Timeout(300)
class WatchHistoryTest {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);
  private static final int KEYS = 30;
  private static final int WRITES_PER_STEP = 20;
  private static final int STEPS = 150;
  private static final int INITIAL_WRITES = 500;
  private static final int WRITES = STEPS * WRITES_PER_STEP;
  private static final int STREAMS = 6;
  private static final int HESITATING_STREAMS = 3;
  private static final int WATCHES = 60;

  /** Small, so that many responses are cut. */
  private static final int FRAGMENT_BYTES = 3000;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Boolean.getBoolean("rondo.long") ? 100 : 4);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachWatchHearsTheHistoryFromItsRevisionOn(long seed) {
    var random = new Random(seed);
    try (var watched = new WatchedStore(FRAGMENT_BYTES)) {
      var history = new History(watched);
      history.allow(INITIAL_WRITES);
      history.write(new Random(random.nextLong()), INITIAL_WRITES);
      var streams = new ArrayList<Stream>();
      for (int i = 0; i < STREAMS; i++) {
        streams.add(new Stream(watched, i < HESITATING_STREAMS));
      }
      var writer = history.writeAll(random.nextLong());

      for (int i = 0; i < STEPS; i++) {
        history.allow(WRITES_PER_STEP);
        history.awaitStep();
        var stream = streams.get(random.nextInt(STREAMS));
        if (i % 10 < 9 && stream.watches.size() < 2 * WATCHES / STREAMS) {
          stream.create(request(random, watched.store().revision()));
        } else {
          stream.hesitate(random);
        }
        if (random.nextInt(10) == 0) {
          stream.cancelOne(random);
        }
      }
      writer.join();
      streams.forEach(stream -> stream.hearAll(watched.store().revision()));

      int events = 0;
      int overtaken = 0;
      for (var stream : streams) {
        for (var watch : stream.watches.values()) {
          watch.verify(history);
          events += watch.heard.size();
          overtaken += watch.compactRevision > 0 ? 1 : 0;
        }
        stream.client.close();
      }
      System.out.printf("[figure] seed %d: %d events, %d overtaken%n", seed, events, overtaken);
      assertThat(events).isPositive();
    }
  }

  private static WatchCreateRequest request(Random random, long revision) {
    var ends = new TreeSet<>(List.of(key(random), key(random)));
    var request = WatchCreateRequest.newBuilder().setKey(utf8(ends.first()));
    switch (random.nextInt(4)) {
      case 0 -> {}
      case 1 -> request.setRangeEnd(OPEN);
      default -> request.setRangeEnd(utf8(ends.last() + "/"));
    }
    switch (random.nextInt(6)) {
      case 0 -> request.addFilters(FilterType.NOPUT);
      case 1 -> request.addFilters(FilterType.NODELETE);
      default -> {}
    }
    switch (random.nextInt(3)) {
      case 0 -> request.setStartRevision(Math.max(1, revision - random.nextInt(400)));
      case 1 -> request.setStartRevision(revision + random.nextInt(50));
      default -> {}
    }
    return request
        .setPrevKv(random.nextBoolean())
        .setFragment(random.nextBoolean())
        .setProgressNotify(random.nextBoolean())
        .build();
  }

  private static String key(Random random) {
    return "key/%02d".formatted(random.nextInt(KEYS));
  }

  /** All that was written, event by event, each with what the key was before. */
  private static final class History {
    private final WatchedStore watched;
    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, KeyValue> present = new HashMap<>();
    private final Semaphore allowed = new Semaphore(0);
    private final Semaphore steps = new Semaphore(0);
    private volatile long floor;

    History(WatchedStore watched) {
      this.watched = watched;
    }

    CompletableFuture<Void> writeAll(long seed) {
      return CompletableFuture.runAsync(() -> write(new Random(seed), WRITES))
          .whenComplete((done, failed) -> steps.release(STEPS));
    }

    /** Lets the writer go on. */
    void allow(int writes) {
      allowed.release(writes);
    }

    /** Keeps the test at the writer's pace. */
    void awaitStep() {
      steps.acquireUninterruptibly();
    }

    void write(Random random, int writes) {
      for (int i = 0; i < writes; i++) {
        allowed.acquireUninterruptibly();
        var keys = new TreeSet<String>();
        for (int more = random.nextInt(4); more >= 0; more--) {
          keys.add(key(random));
        }
        change(random, new ArrayList<>(keys));
        if (random.nextInt(200) == 0) {
          long revision = watched.store().revision() - random.nextInt(600);
          if (revision > floor) {
            floor = revision;
            watched.compact(revision);
          }
        }
        if (i % WRITES_PER_STEP == 0) {
          steps.release();
        }
      }
    }

    private void change(Random random, List<String> keys) {
      Collections.shuffle(keys, random);
      long revision = watched.store().revision() + 1;
      var operations = new ArrayList<RequestOp>();
      for (var key : keys) {
        if (random.nextInt(3) > 0) {
          var value = "v".repeat(random.nextInt(20) == 0 ? 2000 : 10) + revision;
          operations.add(putting(key, value));
          record(key, value, revision);
        } else {
          operations.add(deleting(key));
          remove(key, revision);
        }
      }
      watched.write(operations.toArray(RequestOp[]::new));
    }

    private void record(String key, String value, long revision) {
      var old = present.get(key);
      var fresh =
          KeyValue.newBuilder()
              .setKey(utf8(key))
              .setValue(utf8(value))
              .setModRevision(revision)
              .setCreateRevision(old == null ? revision : old.getCreateRevision())
              .setVersion(old == null ? 1 : old.getVersion() + 1)
              .build();
      present.put(key, fresh);
      var event = Event.newBuilder().setKv(fresh);
      if (old != null) {
        event.setPrevKv(old);
      }
      events.add(event.build());
    }

    private void remove(String key, long revision) {
      var old = present.remove(key);
      if (old != null) {
        events.add(
            Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(utf8(key)).setModRevision(revision))
                .setPrevKv(old)
                .build());
      }
    }

    List<Event> of(WatchCreateRequest request, long start) {
      return events.stream()
          .filter(event -> event.getKv().getModRevision() >= start)
          .filter(event -> isWithin(event.getKv().getKey(), request))
          .filter(event -> !request.getFiltersList().contains(filter(event)))
          .toList();
    }

    private static boolean isWithin(ByteString key, WatchCreateRequest request) {
      var order = ByteString.unsignedLexicographicalComparator();
      if (request.getRangeEnd().isEmpty()) {
        return key.equals(request.getKey());
      }
      return order.compare(key, request.getKey()) >= 0
          && (request.getRangeEnd().equals(OPEN) || order.compare(key, request.getRangeEnd()) < 0);
    }

    private static FilterType filter(Event event) {
      return event.getType() == Event.EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE;
    }
  }

  /** A client with its watches. */
  private static final class Stream {
    final WatchClient client;
    final Map<Long, Watch> watches = new HashMap<>();
    private final boolean hesitating;
    private long nextId = 1;
    private long progress;

    Stream(WatchedStore watched, boolean hesitating) {
      this.hesitating = hesitating;
      this.client =
          hesitating
              ? WatchClient.hesitating(watched.channel())
              : WatchClient.reading(watched.channel());
    }

    void create(WatchCreateRequest request) {
      long id = nextId++;
      watches.put(id, new Watch(request));
      client.create(ignored -> request.toBuilder().setWatchId(id));
      // The test keeps pace with the server, but not with those that hesitate.
      while (!hesitating && watches.get(id).start == 0) {
        hear(client.next());
      }
    }

    void cancelOne(Random random) {
      if (!watches.isEmpty()) {
        client.cancel(1 + random.nextInt(watches.size()));
      }
    }

    void hesitate(Random random) {
      if (hesitating) {
        client.read(1 + random.nextInt(200));
      }
    }

    /** Reads until the stream says that it is there, which it does only once all watches are. */
    void hearAll(long revision) {
      if (hesitating) {
        client.read(1_000_000);
      }
      // A stream without watches says nothing.
      while (progress < revision && watches.values().stream().anyMatch(watch -> !watch.canceled)) {
        // A refused watch, behind all that is under way: then is the time to ask.
        client.create(refused -> refused.setKey(utf8("b")).setRangeEnd(utf8("a")));
        hearUntilRefused();
        watches.forEach(
            (id, watch) -> {
              if (watch.compactRevision > 0) {
                client.cancel(id);
              }
            });
        client.askForProgress();
      }
    }

    private void hearUntilRefused() {
      while (!hear(client.next())) {
        // goes on
      }
    }

    /** Returns whether it was the refusal. */
    private boolean hear(WatchResponse response) {
      if (response.getWatchId() >= 0) {
        watches.get(response.getWatchId()).hear(response);
        return false;
      }
      if (!response.getCreated()) {
        progress = response.getHeader().getRevision();
        watches.values().forEach(watch -> watch.progress(progress));
      }
      return response.getCreated();
    }
  }

  /** One watch, and all that it heard. */
  private static final class Watch {
    final List<Event> heard = new ArrayList<>();
    long compactRevision;
    private final WatchCreateRequest request;
    private long start;
    private long told; // all up to this revision, as progress said
    private boolean fragmented;
    private boolean canceled;

    Watch(WatchCreateRequest request) {
      this.request = request;
    }

    void hear(WatchResponse response) {
      long revision = response.getHeader().getRevision();
      if (response.getCreated()) {
        assertThat(start).isZero();
        start = request.getStartRevision() == 0 ? revision + 1 : request.getStartRevision();
      } else if (response.getCanceled()) {
        canceled = true;
        compactRevision = Math.max(compactRevision, response.getCompactRevision());
      } else if (response.getEventsCount() == 0) {
        progress(revision);
      } else {
        hear(response.getEventsList(), revision);
        fragmented = response.getFragment();
      }
    }

    private void hear(List<Event> events, long revision) {
      assertThat(start).as("the watch is there").isPositive();
      assertThat(canceled).isFalse();
      long first = events.get(0).getKv().getModRevision();
      assertThat(first).as("not told to be past").isGreaterThan(told);
      if (!heard.isEmpty() && !fragmented) {
        long last = heard.get(heard.size() - 1).getKv().getModRevision();
        assertThat(first).as("a revision is not split").isGreaterThan(last);
      }
      assertThat(events.get(events.size() - 1).getKv().getModRevision())
          .isLessThanOrEqualTo(revision);
      heard.addAll(events);
    }

    void progress(long revision) {
      assertThat(fragmented).isFalse();
      told = Math.max(told, revision);
    }

    void verify(History history) {
      var expected = history.of(request, start);
      if (canceled) {
        assertThat(heard.size()).isLessThanOrEqualTo(expected.size());
        expected = expected.subList(0, heard.size());
      }
      assertThat(heard.stream().map(Watch::withoutPrevious).toList())
          .as("%s from %d", request, start)
          .isEqualTo(expected.stream().map(Watch::withoutPrevious).toList());
      for (int i = 0; i < heard.size(); i++) {
        verifyPrevious(heard.get(i), expected.get(i), history.floor);
      }
    }

    private void verifyPrevious(Event event, Event expected, long floor) {
      boolean mayBeLost = event.getKv().getModRevision() <= floor;
      if (!request.getPrevKv()) {
        assertThat(event.hasPrevKv()).isFalse();
      } else if (event.hasPrevKv() || !mayBeLost) {
        assertThat(event).isEqualTo(expected);
      }
    }

    private static Event withoutPrevious(Event event) {
      return event.toBuilder().clearPrevKv().build();
    }
  }
}
