package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until a cache has reached a revision. On a range that does not change, nothing
 * would come to tell it that it has. So while anybody waits, the server of the watch is asked how
 * far it is, which costs it nothing but which not every etcd can answer; and in turn with that, the
 * cluster is asked whether anything has changed since what the cache holds. Touched by the cache's
 * tasks only.
 */
final class CacheWaiters {
  private final Calls calls;
  private final AsyncKvClient kv;
  private final KeyRange range;
  private final HeldKeys held;
  private final CacheFollower follower;
  private final SerialTasks tasks;
  private final Backoff backoff;

  private final Queue<Waiter> waiting =
      new PriorityQueue<>(Comparator.comparing((Waiter waiter) -> waiter.revision));
  private final AtomicInteger unfinished = new AtomicInteger(); // of all that there were
  private @Nullable Timer question; // the next one
  private boolean isReadNext; // rather than progress
  private @Nullable CompletableFuture<RangeResult> read; // that is under way
  private @Nullable Throwable lastFailure; // of a read since it last went well
  private @Nullable Supplier<EtcdException> end;

  CacheWaiters(
      Calls calls,
      AsyncKvClient kv,
      KeyRange range,
      HeldKeys held,
      CacheFollower follower,
      SerialTasks tasks,
      Backoff backoff) {
    this.calls = calls;
    this.kv = kv;
    this.range = range;
    this.held = held;
    this.follower = follower;
    this.tasks = tasks;
    this.backoff = backoff;
  }

  /** Returns what the cache holds once it is at least that new. Called by any thread. */
  CompletableFuture<CacheSnapshot> whenAtLeast(Revision revision) {
    CacheSnapshot now = held.now();
    if (now != null && now.revision().compareTo(revision) >= 0) {
      return CompletableFuture.completedFuture(now);
    }
    Waiter waiter = new Waiter(revision);
    unfinished.incrementAndGet(); // before the cache is looked at again
    var unused = waiter.whenComplete((reached, failure) -> unfinished.decrementAndGet());
    tasks.execute(() -> add(waiter));
    return waiter;
  }

  /** The cache may hold something newer. Called by any thread, and cheap while nobody waits. */
  void wake() {
    if (unfinished.get() > 0) {
      tasks.execute(this::advanced);
    }
  }

  private void add(Waiter waiter) {
    if (end != null) {
      finish(waiter, null, end.get());
      return;
    }
    if (waiter.isDone()) {
      return;
    }
    Duration timeout = calls.settings().timeout();
    waiter.deadline = after(timeout, () -> tooLate(waiter, timeout));
    waiting.add(waiter);
    advanced();
    if (!waiting.isEmpty() && question == null && read == null) {
      askLater();
    }
  }

  private Timer after(Duration delay, Runnable task) {
    return tasks.after(calls.scheduler(), delay.toNanos(), task, () -> {});
  }

  private void advanced() {
    CacheSnapshot now = held.now();
    for (Waiter first = waiting.peek();
        now != null && first != null && first.revision.compareTo(now.revision()) <= 0;
        first = waiting.peek()) {
      waiting.remove();
      finish(first, now, null);
    }
    if (waiting.isEmpty()) {
      stopAsking();
    }
  }

  private void finish(
      Waiter waiter, @Nullable CacheSnapshot reached, @Nullable EtcdException failure) {
    Timer.stop(waiter.deadline);
    // Elsewhere, for whoever goes on from there may block.
    calls
        .executor()
        .execute(
            () -> {
              if (failure != null) {
                waiter.completeExceptionally(failure);
              } else {
                waiter.complete(reached);
              }
            });
  }

  private void askLater() {
    question = after(backoff.next(), this::ask);
  }

  private void ask() {
    question = null;
    CacheSnapshot now = held.now();
    if (isReadNext && now != null) {
      read(now);
    } else {
      follower.askProgress();
      isReadNext = true;
      askLater();
    }
  }

  /**
   * If no key of the range has changed since {@code now} and there are as many as it has, then they
   * are the same ones: what the answer's revision has is what is held. What has changed comes by
   * the watch.
   */
  private void read(CacheSnapshot now) {
    CompletableFuture<RangeResult> asked =
        kv.get(range, get -> get.minModRevision(now.revision().next()).keysOnly().limit(1));
    read = asked;
    var unused =
        asked.whenComplete(
            (answer, failure) -> tasks.execute(() -> answered(asked, now, answer, failure)));
  }

  private void answered(
      CompletableFuture<RangeResult> asked,
      CacheSnapshot before,
      @Nullable RangeResult answer,
      @Nullable Throwable failure) {
    if (read != asked) {
      return;
    }
    read = null;
    lastFailure = failure;
    isReadNext = false;
    if (answer != null && answer.kvs().isEmpty() && answer.count() == before.keys().size()) {
      held.advance(before, answer.header().revision());
    }
    advanced();
    if (!waiting.isEmpty()) {
      askLater();
    }
  }

  private void stopAsking() {
    Timer.stop(question);
    question = null;
    if (read != null) {
      CompletableFuture<RangeResult> left = read;
      read = null;
      left.cancel(true);
    }
    isReadNext = false;
    lastFailure = null;
    backoff.reset();
  }

  private void tooLate(Waiter waiter, Duration timeout) {
    String detail =
        "revision %s was not reached within %s; the cache is at %s"
            .formatted(waiter.revision, timeout, held.revision());
    EtcdException failure = failure(Code.DEADLINE_EXCEEDED, detail, lastFailure);
    leave(waiter);
    finish(waiter, null, failure);
  }

  private void leave(Waiter waiter) {
    Timer.stop(waiter.deadline);
    waiting.remove(waiter);
    if (waiting.isEmpty()) {
      stopAsking();
    }
  }

  private static EtcdException failure(Code code, String detail, @Nullable Throwable cause) {
    String where = cause instanceof EtcdException known ? known.endpoint().orElse(null) : null;
    var call = new EtcdException.Call("cache", where, 0);
    return new EtcdException(code, WriteOutcome.NOT_APPLIED, call, detail, cause);
  }

  /** The cache is over: nobody waits any longer, now or later. */
  void end(Supplier<EtcdException> reason) {
    end = reason;
    List<Waiter> left = List.copyOf(waiting);
    waiting.clear();
    stopAsking();
    left.forEach(waiter -> finish(waiter, null, reason.get()));
  }

  /** Cancelling it is to wait no longer. */
  private final class Waiter extends CompletableFuture<CacheSnapshot>
      implements Blocking.Interruptible {
    private final Revision revision;
    private @Nullable Timer deadline; // touched by the tasks only

    Waiter(Revision revision) {
      this.revision = revision;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        tasks.execute(() -> leave(this));
      }
      return cancelled;
    }

    @Override
    public EtcdException interrupted(Throwable cause) {
      return Blocking.interrupted("cache", WriteOutcome.NOT_APPLIED, cause);
    }
  }
}
