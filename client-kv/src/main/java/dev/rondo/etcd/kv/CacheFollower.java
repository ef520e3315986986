package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps up to date what a cache holds: reads the range, watches it from the next revision on, and
 * reads it again where the watch cannot go on. It is always at one of these: in a {@link
 * CacheLoad}, waiting for the watch to be created, watching, or waiting to try again. Touched by
 * the cache's tasks only, but for what says otherwise.
 */
final class CacheFollower {
  /** Hears how it goes. */
  interface Owner {
    /** All of the range is held, and watched. */
    void ready();

    /** There may be something newer. Called by any thread. */
    void advanced();

    /** The range was not loaded and watched in time. */
    void late(EtcdException failure);

    /** It is over, for good. */
    void over(CacheEnd reason);
  }

  private static final Logger log = LoggerFactory.getLogger(CacheFollower.class);

  /** A watch that follows a cache is created when it can be. */
  private static final Duration FOR_EVER = Duration.ofDays(365);

  private final Calls calls;
  private final AsyncKvClient kv;
  private final KeyRange range;
  private final CacheOptions options;
  private final HeldKeys held;
  private final SerialTasks tasks;
  private final Owner owner;
  private final Backoff backoff;

  private volatile @Nullable Watch watch; // the one that is followed; written by tasks
  private volatile long since; // when it was lost last; written by tasks

  private long start; // when it began
  private boolean isReady; // it was once
  private boolean isLate; // and some call is still to say why
  private @Nullable Throwable lastFailure;
  private boolean isStopped;
  private @Nullable Timer deadline;
  private @Nullable Timer retry;
  private @Nullable CacheLoad load;
  private @Nullable CompletableFuture<Watch> creation;
  private @Nullable Feed feed; // the one that counts

  CacheFollower(
      Calls calls,
      AsyncKvClient kv,
      KeyRange range,
      CacheOptions options,
      HeldKeys held,
      SerialTasks tasks,
      Backoff backoff,
      Owner owner) {
    this.calls = calls;
    this.kv = kv;
    this.range = range;
    this.options = options;
    this.held = held;
    this.tasks = tasks;
    this.backoff = backoff;
    this.owner = owner;
  }

  void start() {
    start = System.nanoTime();
    since = start;
    deadline = after(timeout(), this::tooLate);
    load();
  }

  private Duration timeout() {
    return calls.settings().timeout();
  }

  private Timer after(Duration delay, Runnable task) {
    return tasks.after(
        calls.scheduler(), delay.toNanos(), task, () -> owner.over(new CacheEnd.Disconnected()));
  }

  /** How it stands. Called by any thread. */
  CacheState state() {
    Watch followed = watch;
    if (followed == null) {
      return CacheState.RELOADING;
    }
    return followed.state() == WatchState.DISCONNECTED
        ? CacheState.DISCONNECTED
        : CacheState.ACTIVE;
  }

  /** For how long it has not been watching. Called by any thread. */
  Optional<Duration> disconnectedFor() {
    Watch followed = watch;
    return followed == null
        ? Optional.of(Duration.ofNanos(System.nanoTime() - since))
        : followed.disconnectedFor();
  }

  /** Asks the watch's server up to where there are no changes, where it can say so. */
  void askProgress() {
    if (watch instanceof WatchedRange followed) {
      followed.askProgress();
    }
  }

  private void load() {
    retry = null;
    var reading = new CacheLoad(this::client, range, options, held.now(), calls.executor());
    load = reading;
    // Taken over here and not among the tasks, for a large difference takes its time.
    var unused =
        reading
            .thenApply(held::load)
            .whenComplete((isTaken, failure) -> tasks.execute(() -> loaded(isTaken, failure)));
    reading.start();
  }

  /** Returns a client whose calls end with the time for the creation of the cache. */
  private AsyncKvClient client() {
    if (isReady) {
      return kv;
    }
    long left = timeout().toNanos() - (System.nanoTime() - start);
    Duration timeout = Duration.ofNanos(Math.max(left, Duration.ofMillis(1).toNanos()));
    return kv.with(call -> call.timeout(timeout));
  }

  private void loaded(@Nullable Boolean isTaken, @Nullable Throwable failure) {
    load = null;
    if (isStopped) {
      return;
    }
    if (Boolean.TRUE.equals(isTaken) && !isLate) {
      owner.advanced();
      follow();
    } else {
      failed(failure);
    }
  }

  private void follow() {
    var next = new Feed();
    feed = next;
    var how =
        WatchOptions.builder()
            .startRevision(held.revision().next())
            .progressNotify()
            .createdTimeout(FOR_EVER)
            .build();
    CompletableFuture<Watch> created = kv.watch(range, how, next);
    creation = created;
    var unused =
        created.whenComplete(
            (begun, failure) -> tasks.execute(() -> created(next, begun, failure)));
  }

  private void created(Feed by, @Nullable Watch begun, @Nullable Throwable failure) {
    if (by != feed) { // it has ended meanwhile, or this was stopped
      if (begun != null) {
        begun.close();
      }
      return;
    }
    creation = null;
    if (begun == null) {
      feed = null;
      failed(failure);
      return;
    }
    watch = begun;
    backoff.reset();
    if (!isReady) {
      isReady = true;
      Timer.stop(deadline);
      owner.ready();
    }
  }

  /** The watch ended by itself. */
  private void ended(Feed by, WatchEnd end) {
    if (by != feed) {
      return;
    }
    lose();
    if (end instanceof WatchEnd.Refused refused) {
      owner.over(new CacheEnd.Refused(refused.failure()));
    } else if (end instanceof WatchEnd.Disconnected) {
      owner.over(new CacheEnd.Disconnected());
    } else {
      log.debug("a cache missed changes, and reads its range: {}", end);
      load();
    }
  }

  private void lose() {
    feed = null;
    watch = null;
    creation = null;
    since = System.nanoTime();
  }

  /** A batch was lost. */
  private void broken(Feed by) {
    Watch followed = watch;
    if (by == feed && followed != null) {
      followed.close();
      lose();
      tryLater();
    }
  }

  private void failed(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    lastFailure = cause;
    Optional<CacheEnd> end = cause instanceof EtcdException known ? end(known) : Optional.empty();
    if (end.isPresent()) {
      owner.over(end.get());
    } else if (isLate) {
      owner.late(late());
    } else {
      if (cause instanceof EtcdException known && known.code() == Code.MALFORMED_ANSWER) {
        log.warn("a cache does not believe what it was answered, and asks again", cause);
      } else {
        log.debug("a cache could not be loaded or watched, and tries again", cause);
      }
      tryLater();
    }
  }

  /** What it means for good, if it does. */
  private static Optional<CacheEnd> end(EtcdException failure) {
    if (failure instanceof CacheEndedException ended) {
      return Optional.of(ended.end());
    }
    Code code = failure.code();
    if (code == Code.CLOSED) {
      return Optional.of(new CacheEnd.Disconnected());
    }
    if (code == Code.COMPACTED || code == Code.FUTURE_REVISION) {
      return Optional.empty(); // that was for one revision
    }
    boolean isRefused = code.text() != null && !code.isTransient();
    return isRefused || code == Code.ANSWER_TOO_LARGE
        ? Optional.of(new CacheEnd.Refused(failure))
        : Optional.empty();
  }

  private void tryLater() {
    retry = after(backoff.next(), this::load);
  }

  /** A call that is under way ends just now, too, and knows the reason. */
  private void tooLate() {
    isLate = true;
    if (load == null) {
      owner.late(late());
    }
  }

  private EtcdException late() {
    Throwable cause = lastFailure;
    String where = cause instanceof EtcdException known ? known.endpoint().orElse(null) : null;
    return new EtcdException(
        Code.DEADLINE_EXCEEDED,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call("cache", where, 1),
        "it was not loaded and watched within " + timeout(),
        cause);
  }

  void stop() {
    isStopped = true;
    Timer.stop(deadline);
    Timer.stop(retry);
    if (load != null) {
      load.cancel(true);
    }
    if (creation != null) {
      creation.cancel(true);
    }
    Watch followed = watch;
    if (followed != null) {
      followed.close();
    }
    lose();
  }

  /**
   * Hears what one watch tells. Its changes are taken over here, so that the watch waits for it.
   */
  private final class Feed implements WatchListener {
    @Override
    public void onBatch(WatchBatch batch) {
      WatchEvent first = batch.events().get(0);
      if (first instanceof WatchEvent.Progress progress) {
        held.advance(progress.revision());
      } else if (first instanceof WatchEvent.Put || first instanceof WatchEvent.Delete) {
        held.apply(batch.events());
        requireWithinLimits();
      }
      owner.advanced();
    }

    private void requireWithinLimits() {
      CacheSnapshot now = held.now();
      if (now != null && options.isExceededBy(now.keys().size(), now.keys().bytes())) {
        var reason = new CacheEnd.Exceeded(now.keys().size(), now.keys().bytes());
        tasks.execute(() -> owner.over(reason));
      }
    }

    @Override
    public void onEnd(WatchEnd end) {
      tasks.execute(() -> ended(this, end));
    }

    @Override
    public void onError(Throwable thrown) {
      tasks.execute(() -> broken(this));
    }
  }
}
