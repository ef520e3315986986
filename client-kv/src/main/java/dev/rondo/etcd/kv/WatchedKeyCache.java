package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cache whose {@link HeldKeys} a {@link CacheFollower} keeps up to date. */
final class WatchedKeyCache implements KeyCache, CacheFollower.Owner {
  private static final Logger log = LoggerFactory.getLogger(WatchedKeyCache.class);

  private final Calls calls;
  private final KeyRange range;
  private final CacheOptions options;
  private final KeyCaches siblings;
  private final HeldKeys held = new HeldKeys();
  private final SerialTasks tasks;
  private final CacheFollower follower;
  private final CacheWaiters waiters;
  private final Creation created = new Creation();
  private final AtomicBoolean isLeft = new AtomicBoolean(); // by its user
  private volatile @Nullable CacheEnd end; // written by tasks

  // Touched by tasks only.
  private boolean isKnown; // its user has it
  private boolean isOver;

  /**
   * Makes a cache that waits for {@link #start}.
   *
   * @param kv whose futures complete where anything may be done
   */
  WatchedKeyCache(Calls calls, AsyncKvClient kv, KeyRange range, CacheOptions options) {
    this.calls = calls;
    this.range = range;
    this.options = options;
    this.siblings = calls.shared(KeyCaches.class, KeyCaches::new);
    this.tasks = new SerialTasks(calls.scheduler());
    this.follower = new CacheFollower(calls, kv, range, options, held, tasks, newBackoff(), this);
    this.waiters = new CacheWaiters(calls, kv, range, held, follower, tasks, newBackoff());
  }

  private static Backoff newBackoff() {
    return new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  }

  /** Starts it. The future completes when the range is held and watched. */
  CompletableFuture<KeyCache> start() {
    tasks.execute(
        () -> {
          if (!isLeft.get()) {
            siblings.add(this);
            follower.start();
          }
        });
    return created;
  }

  @Override
  public KeyRange range() {
    return range;
  }

  @Override
  public CacheOptions options() {
    return options;
  }

  @Override
  public CacheSnapshot snapshot() {
    CacheSnapshot now = held.now();
    if (now == null) {
      throw reason();
    }
    return now;
  }

  /** Why there is nothing to read; made for each reader, so that it has the reader's trace. */
  private EtcdException reason() {
    CacheEnd reason = end;
    return reason != null ? CacheEndedException.of(reason, options) : failure("it was closed");
  }

  private static EtcdException failure(String detail) {
    var call = new EtcdException.Call("cache", null, 0);
    return new EtcdException(Code.CLOSED, WriteOutcome.NOT_APPLIED, call, detail, null);
  }

  @Override
  public Optional<KeyValue> get(Bytes key) {
    return snapshot().get(key);
  }

  @Override
  public Revision revision() {
    return snapshot().revision();
  }

  @Override
  public CacheSnapshot awaitRevision(Revision revision) {
    return Blocking.await(whenAtLeast(revision));
  }

  @Override
  public CompletableFuture<CacheSnapshot> whenAtLeast(Revision revision) {
    return waiters.whenAtLeast(revision);
  }

  @Override
  public CacheSubscription onChange(CacheListener listener) {
    CacheTeller teller = held.listen(listener, calls.executor());
    if (teller == null) {
      throw reason();
    }
    return teller;
  }

  @Override
  public CacheState state() {
    if (end != null) {
      return CacheState.ENDED;
    }
    return isLeft.get() ? CacheState.CLOSED : follower.state();
  }

  @Override
  public Optional<Duration> disconnectedFor() {
    return end != null || isLeft.get() ? Optional.empty() : follower.disconnectedFor();
  }

  @Override
  public Optional<CacheEnd> end() {
    return Optional.ofNullable(end);
  }

  @Override
  public void ready() {
    isKnown = true;
    calls.executor().execute(() -> created.complete(this));
  }

  @Override
  public void advanced() {
    waiters.wake();
  }

  @Override
  public void late(EtcdException failure) {
    if (!isOver) {
      finish();
      held.end(null);
      fail(failure);
    }
  }

  @Override
  public void over(CacheEnd reason) {
    if (isOver) {
      return;
    }
    if (!isLeft.get()) {
      end = reason;
    }
    finish();
    held.end(reason);
    if (isKnown) {
      log.debug("a cache ended: {}", reason);
    } else {
      fail(
          reason instanceof CacheEnd.Refused refused
              ? refused.failure()
              : CacheEndedException.of(reason, options));
    }
  }

  private void fail(EtcdException failure) {
    calls.executor().execute(() -> created.completeExceptionally(failure));
  }

  private void finish() {
    isOver = true;
    siblings.remove(this);
    follower.stop();
    waiters.end(this::reason);
  }

  void connectionClosed() {
    // Here, for the scheduler may drop what it has not begun.
    tasks.runHere(() -> over(new CacheEnd.Disconnected()));
  }

  @Override
  public void close() {
    if (isLeft.compareAndSet(false, true)) {
      held.end(null);
      tasks.execute(
          () -> {
            if (!isOver) {
              finish();
            }
          });
      created.cancel(false);
    }
  }

  @Override
  public String toString() {
    return "KeyCache[" + state() + ", " + held.now() + "]";
  }

  /** Cancelling it closes the cache. */
  private final class Creation extends CompletableFuture<KeyCache>
      implements Blocking.Interruptible {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        close();
      }
      return cancelled;
    }

    @Override
    public EtcdException interrupted(Throwable cause) {
      return Blocking.interrupted("cache", WriteOutcome.NOT_APPLIED, cause);
    }
  }
}
