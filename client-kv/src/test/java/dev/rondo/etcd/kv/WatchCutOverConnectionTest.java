package dev.rondo.etcd.kv;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The cells of {@link WatchCutTest} with the ends that only a real connection has: the server says
 * that it goes, or nothing more is heard of it. They run at the same time, for silence takes some.
 */
@Timeout(120)
class WatchCutOverConnectionTest {
  private enum Break {
    /** What is open may go on. */
    GO_AWAY,
    /** What is open is cut a moment later. */
    GO_AWAY_AND_END,
    SILENCE;

    void begin(ScriptedServer server) {
      switch (this) {
        case GO_AWAY -> server.goAway();
        case GO_AWAY_AND_END -> {
          server.goAway();
          server.bridge().cut();
        }
        case SILENCE -> server.bridge().blackhole();
      }
    }
  }

  private static final Duration PATIENCE = ofSeconds(60);

  private List<Cell> cells = List.of();

  @AfterEach
  void close() {
    cells.forEach(Cell::close);
  }

  @TestFactory
  Stream<DynamicTest> losesDoublesAndSplitsNothing() {
    cells =
        Arrays.stream(Break.values())
            .flatMap(
                breaking ->
                    Arrays.stream(CutPlace.values())
                        .flatMap(
                            place ->
                                Stream.of(Revision.NONE, Revision.of(3))
                                    .map(start -> new Cell(breaking, place, start))))
            .toList();
    long begin = System.nanoTime();
    await()
        .pollInterval(ofMillis(50))
        .atMost(PATIENCE.multipliedBy(2))
        .until(
            () ->
                cells.stream().filter(cell -> !cell.goOn()).count() == 0
                    || System.nanoTime() - begin > PATIENCE.toNanos());
    return cells.stream().map(cell -> DynamicTest.dynamicTest(cell.toString(), cell::check));
  }

  /** One watch of two servers, each of which is broken once at the same place. */
  private static final class Cell implements AutoCloseable, WatchListener {
    private final Break breaking;
    private final CutPlace place;
    private final Revision start;
    private final WatchServers given = new WatchServers();
    private volatile CompletableFuture<Watch> watch = new CompletableFuture<>();
    private final List<WatchBatch> heard = new CopyOnWriteArrayList<>();
    private final List<WatchEnd> ends = new CopyOnWriteArrayList<>();
    private final AtomicInteger cuts = new AtomicInteger();

    // Written under the lock of the servers.
    private volatile long firstCreatedAt; // the store's revision then
    private volatile boolean hasForgotten; // where it began
    private volatile long last; // the revision of what was written after both cuts; 0 before
    private WatchServers.@Nullable Watching current;
    private CutPlace.Sent sent = new CutPlace.Sent(); // on the current stream

    Cell(Break breaking, CutPlace place, Revision start) {
      this.breaking = breaking;
      this.place = place;
      this.start = start;
      given.put("a");
      given.put("b", "c", "d");
      given.delete("a", "b");
      given.put("e", "f");
      given.isFragmenting = place == CutPlace.BETWEEN_FRAGMENTS;
      given.beforeSending = this::beforeSending;
      for (ScriptedServer server : given.servers) {
        server.on(
            KVGrpc.getRangeMethod(),
            (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
      }
      watch =
          given
              .kv
              .async()
              .watch(
                  KeyRange.all(),
                  options -> options.startRevision(start).createdTimeout(PATIENCE),
                  this);
    }

    private void beforeSending(WatchServers.Watching watching, WatchResponse message) {
      if (watching != current) {
        current = watching;
        sent = new CutPlace.Sent();
      }
      if (sent.isBefore(place, message, given.store) && cuts.get() < wantedCuts()) {
        cuts.incrementAndGet();
        given.store.put("gap" + cuts, "other" + cuts);
        given.servers.forEach(server -> server.bridge().heal());
        breaking.begin(watching.server);
        current = null; // a stream that lives on begins anew
      }
      sent.add(message);
      if (message.getCreated() && watching.request.getStartRevision() == 0) {
        firstCreatedAt = message.getHeader().getRevision(); // the last one if others were lost
        hasForgotten |= watch.isDone();
      }
    }

    /** A stream that goes on is created once. */
    private int wantedCuts() {
      return breaking == Break.GO_AWAY && place == CutPlace.BEFORE_CREATED ? 1 : 2;
    }

    /** Lets something happen if it must, and says whether all was heard. */
    boolean goOn() {
      if (last > 0) {
        return toldUpTo() >= last;
      }
      // Where calls wait, silence is noticed sooner than among quiet streams.
      var unused = given.kv.async().get("key");
      if (cuts.get() < wantedCuts()) {
        given.put("g", "h", "i");
        given.progress();
      } else if (watch.isDone()) {
        synchronized (given) {
          given.put("last", "of all");
          last = given.store.revision();
        }
      }
      return false;
    }

    private long toldUpTo() {
      return heard.isEmpty() ? 0 : heard.get(heard.size() - 1).revision().value();
    }

    void check() {
      assertThat(cuts).hasValue(wantedCuts());
      assertThat(watch).isCompleted();
      assertThat(hasForgotten).as("began at another now though it had one").isFalse();
      long first = start.value() == 0 ? firstCreatedAt + 1 : start.value();
      assertThat(changes()).isEqualTo(changesFrom(first));
      assertThat(heard.stream().flatMap(Cell::revisions))
          .as("no revision is in two batches")
          .doesNotHaveDuplicates();
      assertThat(ends).isEmpty();
      assertThat(watch.join().end()).isEmpty();
    }

    private List<WatchEvent> changes() {
      return heard.stream()
          .flatMap(batch -> batch.events().stream())
          .filter(Cell::isChange)
          .toList();
    }

    private static Stream<Revision> revisions(WatchBatch batch) {
      return batch.events().stream().filter(Cell::isChange).map(WatchEvent::revision).distinct();
    }

    private static boolean isChange(WatchEvent event) {
      return event instanceof WatchEvent.Put || event instanceof WatchEvent.Delete;
    }

    private List<WatchEvent> changesFrom(long revision) {
      return given.store.from(revision, false).values().stream()
          .flatMap(List::stream)
          .map(new Results(Namespace.ROOT)::change)
          .toList();
    }

    @Override
    public void onBatch(WatchBatch batch) {
      heard.add(batch);
    }

    @Override
    public void onEnd(WatchEnd end) {
      ends.add(end);
    }

    @Override
    public void close() {
      given.close();
    }

    @Override
    public String toString() {
      return breaking + " " + place + " from " + (start.value() == 0 ? "now" : start);
    }
  }
}
