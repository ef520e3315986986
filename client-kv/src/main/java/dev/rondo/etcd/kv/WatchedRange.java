package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.Timer;
import dev.rondo.etcd.balancer.internal.TokenRefusal;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.WatchRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch: which revision it needs next, and what it has for its consumer. What happens to it
 * happens in the watcher's tasks.
 *
 * <p>It is always in one place: on a stream, waiting for one, here because its buffer is full, in a
 * {@link Resync}, or in a call that finds out about a refusal.
 */
final class WatchedRange implements Watch, WatchBuffer.Owner {
  private static final Logger log = LoggerFactory.getLogger(WatchedRange.class);
  private static final Rpc<RangeRequest, RangeResponse> CHECK =
      Rpc.read("watch", KVGrpc.getRangeMethod(), RangeResponse::getHeader);

  /** How it stands, and since when. */
  private record Standing(WatchState state, long since) {}

  private final Watcher watcher;
  private final Calls calls;
  private final Namespace namespace;
  private final Requests requests;
  private final Results results;
  private final KeyRange range; // by the names in the namespace
  private final WatchOptions options;
  private final @Nullable WatchListener listener; // null if it is iterated over
  private final WatchBuffer buffer;
  private final SerialTasks callbacks;
  private final CompletableFuture<Watch> created = new Creation();
  private final AtomicBoolean isLeft = new AtomicBoolean(); // by its user
  private volatile Standing standing; // written by the watcher's tasks

  // All of this is touched by the watcher's tasks only.
  private long next; // the first revision that is missing; 0 for what comes after its creation
  private boolean isOver;
  private boolean isParked; // on no stream, because its buffer is full
  private boolean isKnown; // the server created it once, so that its user has it
  private int refusals; // of tokens, in a row
  private boolean isDenied; // though it may read the range
  private WatchStream.@Nullable Subscription subscription;
  private @Nullable EtcdException lastFailure;
  private @Nullable Timer deadline;
  private @Nullable Resync resync;
  private @Nullable CompletableFuture<?> check;

  WatchedRange(
      Watcher watcher,
      Calls calls,
      Namespace namespace,
      KeyRange range,
      WatchOptions options,
      @Nullable WatchListener listener) {
    this.watcher = watcher;
    this.calls = calls;
    this.namespace = namespace;
    this.requests = new Requests(namespace);
    this.results = new Results(namespace);
    this.range = range;
    this.options = options;
    this.listener = listener;
    this.buffer = new WatchBuffer(options, this);
    this.callbacks = new SerialTasks(calls.executor());
    this.standing = new Standing(WatchState.STARTING, watcher.now());
    this.next = options.startRevision().value();
    if (next > 0) {
      buffer.upTo(Revision.of(next - 1));
    }
  }

  /** Returns a watch that waits for {@link #start}. */
  static WatchedRange over(
      Calls calls,
      Namespace namespace,
      KeyRange range,
      WatchOptions options,
      @Nullable WatchListener listener) {
    Watcher watcher = calls.shared(Watcher.class, () -> Watcher.over(calls));
    return new WatchedRange(watcher, calls, namespace, range, options, listener);
  }

  /** Starts the watch. The future completes when the server has created it. */
  CompletableFuture<Watch> start() {
    watcher.run(
        () -> {
          if (!isLeft.get()) {
            Duration timeout = options.createdTimeout().orElse(calls.settings().timeout());
            deadline = watcher.after(timeout, () -> tooLate(timeout));
            watcher.add(this);
          }
        });
    return created;
  }

  /** Asks the server to tell progress soon, where it can do so. */
  void askProgress() {
    watcher.run(
        () -> {
          if (subscription != null) {
            subscription.askProgress();
          }
        });
  }

  WatchBuffer buffer() {
    return buffer;
  }

  WatchOptions options() {
    return options;
  }

  Watcher watcher() {
    return watcher;
  }

  Calls calls() {
    return calls;
  }

  Namespace namespace() {
    return namespace;
  }

  /** Asks for the watch, from the first revision that is missing. */
  WatchRequest request(long id) {
    return requests.watch(range, options, next, id);
  }

  /** Returns what an event of this watch tells. */
  WatchEvent change(Event event) {
    return results.change(event);
  }

  @Override
  public KeyRange range() {
    return range;
  }

  @Override
  public WatchState state() {
    WatchState known = standing.state();
    return isLeft.get() && known != WatchState.ENDED ? WatchState.CLOSED : known;
  }

  @Override
  public Revision revision() {
    return buffer.consumed();
  }

  @Override
  public Optional<Duration> disconnectedFor() {
    Standing now = standing;
    return now.state() == WatchState.DISCONNECTED && !isLeft.get()
        ? Optional.of(Duration.ofNanos(Math.max(0, watcher.now() - now.since())))
        : Optional.empty();
  }

  @Override
  public Optional<WatchEnd> end() {
    return buffer.end();
  }

  @Override
  public void close() {
    if (isLeft.compareAndSet(false, true)) {
      buffer.close();
      watcher.run(
          () -> {
            if (!isOver) {
              finish(WatchState.CLOSED);
            }
          });
      created.cancel(false);
    }
  }

  private void stand(WatchState state) {
    if (standing.state() != state) {
      standing = new Standing(state, watcher.now());
    }
  }

  /** The first revision that is missing; 0 for what comes after its creation. */
  long next() {
    return next;
  }

  WatchStream.@Nullable Subscription subscription() {
    return subscription;
  }

  void subscribed(WatchStream.Subscription to) {
    subscription = to;
  }

  void unsubscribed() {
    subscription = null;
  }

  /** A server has created the watch when its store was at {@code now}. */
  void created(Revision now) {
    refusals = 0;
    isDenied = false;
    if (next == 0) {
      next = now.value() + 1;
      buffer.upTo(now);
    }
    boolean wasCutOff = standing.state() == WatchState.DISCONNECTED;
    becomeKnown();
    stand(WatchState.ACTIVE);
    if (wasCutOff) {
      buffer.offerNotice(new WatchEvent.Reconnected(Revision.of(next - 1)));
    }
  }

  private void becomeKnown() {
    if (!isKnown) {
      isKnown = true;
      Timer.stop(deadline);
      calls.executor().execute(() -> created.complete(this));
    }
  }

  /** These changes came, of whole revisions and in order. */
  void accept(List<WatchEvent> changes) {
    if (changes.isEmpty() || isLeft.get()) {
      return;
    }
    int taken = buffer.offer(changes);
    if (taken > 0) {
      next = changes.get(taken - 1).revision().value() + 1;
    }
    if (taken == changes.size()) {
      return;
    }
    if (options.endsWhenFull()) {
      end(new WatchEnd.Overflowed(Revision.of(next)));
    } else {
      park();
    }
  }

  /** Leaves what comes next on the server, where it is in nobody's way. */
  private void park() {
    isParked = true;
    stand(WatchState.BEHIND);
    watcher.remove(this);
  }

  /** There were no other changes up to {@code revision}. */
  void progress(Revision revision) {
    if (revision.value() < next - 1) {
      return; // of a watch that begins in the future
    }
    next = revision.value() + 1;
    if (options.isProgressNotify()) {
      buffer.offerNotice(new WatchEvent.Progress(revision));
    } else {
      buffer.upTo(revision);
    }
  }

  /** The stream ended, or never began. */
  void broken(@Nullable EtcdException failure) {
    lastFailure = failure;
    // A wrong password does not get better by waiting, unless it once was right.
    if (failure != null && !isKnown && failure.code() == Code.AUTH_FAILED) {
      end(new WatchEnd.Refused(failure));
      return;
    }
    if (isKnown) {
      stand(WatchState.DISCONNECTED);
    }
    watcher.placeLater(this);
  }

  /** A server refused the watch, and nothing else of the stream. */
  void refused(WatchStream by, EtcdException failure) {
    Code code = failure.code();
    if (TokenRefusal.is(code) && refusals < TokenRefusal.patience(code)) {
      refusals++;
      by.tokenRefused();
      broken(failure);
    } else if (code == Code.PERMISSION_DENIED && !isDenied) {
      check(by, failure);
    } else if (code.text() == null || code.isTransient() || code == Code.DUPLICATE_WATCH_ID) {
      broken(failure);
    } else {
      end(new WatchEnd.Refused(failure));
    }
  }

  /**
   * Etcd before 3.5 calls it "permission denied" when a token has expired, too. Reads are refused
   * with the true reason, and get a new token. So if the range can be read, it can be watched over
   * a stream that has the new one.
   */
  private void check(WatchStream by, EtcdException denial) {
    lastFailure = denial;
    if (isKnown) {
      stand(WatchState.DISCONNECTED);
    }
    CompletableFuture<Boolean> read = calls.call(CHECK, requests.anyKeyOf(range), response -> true);
    check = read;
    var unused =
        read.whenComplete((done, failure) -> watcher.run(() -> checked(by, denial, failure)));
  }

  private void checked(WatchStream by, EtcdException denial, @Nullable Throwable failure) {
    check = null;
    if (isOver) {
      return;
    }
    if (failure == null) {
      isDenied = true;
      by.becomeStale();
      watcher.placeLater(this);
    } else if (failure instanceof EtcdException found && found.code() == Code.PERMISSION_DENIED) {
      end(new WatchEnd.Refused(denial));
    } else {
      watcher.placeLater(this);
    }
  }

  /** The next revision is gone; {@code oldest} is the first that is left. */
  void compacted(Revision oldest) {
    if (!options.resyncsWhenCompacted()) {
      end(new WatchEnd.Compacted(oldest));
      return;
    }
    log.debug("a watch missed changes that were compacted, and reads its range");
    stand(WatchState.RESYNCING);
    becomeKnown();
    resync = new Resync(this);
    resync.start();
  }

  /** All that there was at {@code revision} is in the buffer. */
  void resynced(Revision revision) {
    resync = null;
    next = revision.value() + 1;
    watcher.place(this);
  }

  void connectionClosed() {
    if (!isOver) {
      end(new WatchEnd.Disconnected());
    }
  }

  private void tooLate(Duration timeout) {
    if (!isKnown && !isOver) {
      String detail = "the watch was not created within " + timeout;
      fail(failure(Code.DEADLINE_EXCEEDED, detail, lastFailure));
    }
  }

  private static EtcdException failure(Code code, String detail, @Nullable EtcdException cause) {
    String where = cause == null ? null : cause.endpoint().orElse(null);
    var call = new EtcdException.Call(WatchStream.WATCH.operation(), where, 1);
    return new EtcdException(code, WriteOutcome.NOT_APPLIED, call, detail, cause);
  }

  /** Ends a watch that its user does not have yet. */
  private void fail(EtcdException failure) {
    finish(WatchState.ENDED);
    buffer.close();
    calls.executor().execute(() -> created.completeExceptionally(failure));
  }

  /** Ends the watch; what it has is still told. */
  void end(WatchEnd reason) {
    if (!isKnown) {
      fail(
          reason instanceof WatchEnd.Refused refused
              ? refused.failure()
              : WatchEndedException.of(reason));
      return;
    }
    log.debug("a watch ended: {}", reason);
    finish(WatchState.ENDED);
    buffer.end(reason);
    callbacks.execute(() -> tellEnd(reason));
  }

  private void finish(WatchState state) {
    isOver = true;
    stand(state);
    Timer.stop(deadline);
    watcher.forget(this);
    if (resync != null) {
      resync.stop();
      resync = null;
    }
    if (check != null) {
      check.cancel(true);
    }
  }

  @Override
  public void available() {
    if (listener != null) {
      callbacks.execute(this::tellNext);
    }
  }

  @Override
  public void roomy() {
    watcher.run(
        () -> {
          if (isOver) {
            return;
          }
          if (isParked) {
            isParked = false;
            watcher.place(this);
          } else if (resync != null) {
            resync.goOn();
          }
        });
  }

  private void tellNext() {
    WatchBatch batch = buffer.take();
    if (batch == null || listener == null) {
      return;
    }
    try {
      listener.onBatch(batch);
    } catch (RuntimeException | Error e) {
      tellError(e);
    } finally {
      buffer.release();
    }
  }

  private void tellError(Throwable thrown) {
    log.warn("the listener of a watch failed", thrown);
    try {
      if (listener != null) {
        listener.onError(thrown);
      }
    } catch (RuntimeException | Error e) {
      log.warn("the listener of a watch failed once more when it was told", e);
    }
  }

  private void tellEnd(WatchEnd reason) {
    if (listener == null || isLeft.get()) {
      return;
    }
    try {
      listener.onEnd(reason);
    } catch (RuntimeException | Error e) {
      tellError(e);
    }
  }

  /** Cancelling it closes the watch. */
  private final class Creation extends CompletableFuture<Watch> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        close();
      }
      return cancelled;
    }
  }
}
