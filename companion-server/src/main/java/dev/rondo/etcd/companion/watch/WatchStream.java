package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream: its watchers, and how far each of them is.
 *
 * <p>All work is done in turns, one at a time, on the hub's executor; whoever calls in from
 * elsewhere leaves something in a queue and wakes the stream up. A client that does not keep up is
 * waited for by memory of a revision per watcher: what was handed to the stream is dropped and read
 * from the history once the client is ready, and no request is read before.
 */
public final class WatchStream {
  /** How many requests may wait for a turn. */
  private static final int REQUESTS = 16;

  private static final int NOTICES_PER_TURN = 128;

  /** How many watchers go back to the hub at once, which keeps the writing thread waiting. */
  private static final int JOINING = 512;

  private final WatchHub hub;
  private final Store store;
  private final Responses responses;
  private final Outlet outlet;
  private final Turns turns;

  // Filled by any thread, emptied in turns.
  private final Queue<WatchRequest> requests = new ConcurrentLinkedQueue<>();
  private final Notices notices = new Notices();
  private final AtomicBoolean ticked = new AtomicBoolean();
  private volatile boolean ended;
  private volatile @Nullable Future<?> ticks;

  // Touched in turns only.
  private final Watchers watchers = new Watchers();
  private final Lagging lagging;
  private final Queue<WatchResponse> outgoing = new ArrayDeque<>(); // at most what one step made
  private long announced; // the newest revision at which a watch was created
  private int overtaken; // how many watchers are
  private boolean released;

  WatchStream(WatchHub hub, Store store, Responses responses, Executor executor, Outlet outlet) {
    this.hub = hub;
    this.store = store;
    this.responses = responses;
    this.outlet = outlet;
    this.lagging = new Lagging(store);
    this.turns = new Turns(executor, this::turn);
  }

  void start(ScheduledExecutorService timer, Duration interval) {
    long nanos = interval.toNanos() + ThreadLocalRandom.current().nextLong(interval.toNanos() / 10);
    ticks = timer.scheduleAtFixedRate(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    outlet.request(REQUESTS);
  }

  /** Takes a request; no more of them may come than the outlet was asked for. */
  public void receive(WatchRequest request) {
    requests.add(request);
    turns.schedule();
  }

  /** The outlet is ready again. */
  public void resume() {
    turns.schedule();
  }

  /** Frees all that the stream holds. Nothing is sent any more. Can be called more than once. */
  public void end() {
    ended = true;
    turns.schedule();
  }

  /** Returns whether there was room. Called with the hub's lock held. */
  boolean offer(Notice.Delivery delivery) {
    boolean taken = notices.offer(delivery);
    if (taken) {
      turns.schedule();
    }
    return taken;
  }

  /** Called with the hub's lock held. */
  void tell(Notice notice) {
    notices.add(notice);
    turns.schedule();
  }

  private void tick() {
    if (ticked.compareAndSet(false, true)) {
      hub.tellProgress(this, Notice.Tick::new);
    }
  }

  private void turn() {
    try {
      if (!ended) {
        flush();
        readNotices();
        readRequest();
        catchUp();
      }
    } catch (RuntimeException e) {
      // The call may have been closed over our head; then there is nobody to tell.
      ended = true;
      outlet.fail(e);
    }
    if (ended) {
      release();
    } else if (hasWork()) {
      turns.schedule();
    }
  }

  private boolean hasWork() {
    return !notices.isEmpty() || (isClear() && !(requests.isEmpty() && lagging.isEmpty()));
  }

  /** Whether the client has taken all there was. */
  private boolean isClear() {
    return outgoing.isEmpty() && outlet.isReady();
  }

  private void send(WatchResponse response) {
    outgoing.add(response);
    flush();
  }

  private void flush() {
    while (!outgoing.isEmpty() && outlet.isReady()) {
      outlet.send(outgoing.remove());
    }
  }

  private void release() {
    if (!released) {
      released = true;
      var timer = ticks;
      if (timer != null) {
        timer.cancel(false);
      }
      watchers.all().forEach(hub::leave);
    }
    notices.clear();
    requests.clear();
    outgoing.clear();
  }

  // Notices

  private void readNotices() {
    for (int i = 0; i < NOTICES_PER_TURN; i++) {
      var notice = notices.poll();
      if (notice == null) {
        return;
      }
      if (notice instanceof Notice.Delivery delivery) {
        deliver(delivery);
      } else if (notice instanceof Notice.Fall fall) {
        fall(fall.watcher(), fall.revision());
      } else if (notice instanceof Notice.Progress progress) {
        answerProgress(progress.revision());
      } else if (notice instanceof Notice.Tick tick) {
        tellQuietWatchers(tick.revision());
      }
    }
  }

  private void deliver(Notice.Delivery delivery) {
    var watcher = delivery.watcher();
    boolean readsHistory = lagging.contains(watcher);
    if (watcher.isOver() || readsHistory || delivery.revision() < watcher.next) {
      return;
    }
    if (isClear()) {
      respond(watcher, delivery.revision(), delivery.changes());
      watcher.next = delivery.revision() + 1;
    } else {
      hub.leave(watcher);
      fall(watcher, delivery.revision());
    }
  }

  /** What came before this revision was read before, unless the watcher lags already. */
  private void fall(Watcher watcher, long revision) {
    if (!watcher.isOver() && lagging.add(watcher)) {
      watcher.next = Math.max(watcher.next, revision);
    }
  }

  private void respond(Watcher watcher, long revision, List<Change> changes) {
    watcher.quiet = false;
    outgoing.addAll(responses.events(watcher, revision, changes));
    flush();
  }

  /** As etcd, says nothing unless every watcher of the stream is synced. */
  private void answerProgress(long revision) {
    boolean synced = lagging.isEmpty() && overtaken == 0 && !watchers.isEmpty();
    if (synced && revision >= announced) {
      send(responses.progressOfAll(revision));
    }
  }

  private void tellQuietWatchers(long revision) {
    ticked.set(false);
    if (!isClear()) {
      return;
    }
    for (var watcher : watchers.all()) {
      boolean synced = !lagging.contains(watcher) && !watcher.overtaken;
      if (watcher.wantsProgress() && watcher.quiet && synced && revision >= announced) {
        send(responses.progress(watcher.id(), revision));
      }
      watcher.quiet = true;
    }
  }

  // Requests

  private void readRequest() {
    var request = isClear() ? requests.poll() : null;
    if (request == null) {
      return;
    }
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> hub.tellProgress(this, Notice.Progress::new);
      case REQUESTUNION_NOT_SET -> {
        // etcd ignores what it does not know.
      }
    }
    outlet.request(1);
  }

  private void create(WatchCreateRequest request) {
    long revision = store.revision();
    var refusal = watchers.refusal(request);
    if (refusal != null) {
      send(responses.refused(refusal, revision));
      return;
    }
    var watcher = watchers.create(this, request, revision);
    announced = revision;
    // What is handed over from now on waits for a later turn: the client hears of the watch first.
    if (hub.join(List.of(watcher)).isEmpty()) {
      lagging.add(watcher);
    }
    send(responses.created(watcher.id(), revision));
  }

  private void cancel(long id) {
    var watcher = watchers.remove(id);
    if (watcher == null) {
      return;
    }
    watcher.canceled = true;
    hub.leave(watcher);
    lagging.remove(watcher);
    if (watcher.overtaken) {
      overtaken--;
    }
    send(responses.canceled(id));
  }

  // History

  private void catchUp() {
    if (lagging.isEmpty() || !isClear()) {
      return;
    }
    cancelOvertaken();
    if (lagging.isEmpty() || !isClear()) {
      return;
    }
    try {
      catchUp(lagging.look());
    } catch (EtcdErrorException e) {
      return; // compacted just now: whom that overtook is told in the next turn
    }
    rejoin();
  }

  private void cancelOvertaken() {
    for (var watcher : lagging.overtaken()) {
      if (!isClear()) {
        return;
      }
      lagging.remove(watcher);
      watcher.overtaken = true;
      overtaken++;
      send(responses.compacted(watcher.id(), store.compactRevision()));
    }
  }

  private void catchUp(Lagging.Look look) {
    long revision = store.revision();
    look.missed()
        .forEach(
            (watcher, changes) -> {
              if (isClear()) {
                watcher.next = tellMissed(watcher, revision, changes, look.through());
              } else {
                watcher.next = changes.get(0).revision();
              }
            });
  }

  /** Returns the revision from which on the watcher must go on. */
  private long tellMissed(Watcher watcher, long revision, List<Change> changes, long through) {
    int fitting = responses.fitting(watcher, changes);
    respond(watcher, revision, changes.subList(0, fitting));
    return fitting < changes.size() ? changes.get(fitting).revision() : through + 1;
  }

  private void rejoin() {
    var caughtUp = lagging.caughtUp();
    for (int i = 0; i < caughtUp.size(); i += JOINING) {
      var some = caughtUp.subList(i, Math.min(i + JOINING, caughtUp.size()));
      hub.join(some).forEach(lagging::remove);
    }
  }

  /** How much is remembered for a client that does not read: notices, and responses made. */
  int waiting() {
    return notices.size() + outgoing.size() + requests.size();
  }
}
