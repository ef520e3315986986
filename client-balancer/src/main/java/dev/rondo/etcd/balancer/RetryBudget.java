package dev.rondo.etcd.balancer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many attempts a connection may make in all that repeat others, beyond the first lap of each
 * call round the endpoints: a thousand at once, and then two hundred a second, so that ten thousand
 * callers do not beat on a cluster that refuses them all. Who finds no token waits in line.
 *
 * <p>Each call that succeeds gives back two tokens: one that is freed frees others, and when the
 * cluster is well again those who wait are gone in a few round trips.
 */
final class RetryBudget {
  private static final double CAPACITY = 1_000;
  private static final double PER_SECOND = 200;
  private static final double PER_SUCCESS = 2;
  private static final long PERIOD_MILLIS = 50;

  private final ScheduledExecutorService scheduler;
  private final LongSupplier clock;
  private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>(); // guarded by this
  private double tokens = CAPACITY; // guarded by this
  private long refilled; // guarded by this
  private boolean isTiming; // guarded by this
  private volatile boolean isFull = true;

  /**
   * Makes a full budget.
   *
   * @param clock nanoseconds that only grow
   */
  RetryBudget(ScheduledExecutorService scheduler, LongSupplier clock) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.refilled = clock.getAsLong();
  }

  /** Returns what is completed when a token is there, or when {@code limitNanos} are over. */
  CompletableFuture<Void> turn(long limitNanos) {
    CompletableFuture<Void> turn;
    synchronized (this) {
      refill();
      if (waiting.isEmpty() && tokens >= 1) {
        tokens--;
        isFull = false;
        return CompletableFuture.completedFuture(null);
      }
      turn = new CompletableFuture<>();
      waiting.add(turn);
      time();
    }
    try {
      var limit =
          scheduler.schedule(
              () -> turn.complete(null), Math.max(0, limitNanos), TimeUnit.NANOSECONDS);
      var unused = turn.whenComplete((none, failure) -> limit.cancel(false));
    } catch (RejectedExecutionException e) {
      turn.complete(null); // closed: whoever waits finds that out by himself
    }
    return turn;
  }

  /** A call succeeded. Cheap while nothing was spent. */
  void succeeded() {
    if (!isFull) {
      release(PER_SUCCESS);
    }
  }

  private void release(double gained) {
    List<CompletableFuture<Void>> turns = new ArrayList<>();
    synchronized (this) {
      refill();
      tokens = Math.min(CAPACITY, tokens + gained);
      while (tokens >= 1 && !waiting.isEmpty()) {
        CompletableFuture<Void> next = waiting.remove();
        if (!next.isDone()) {
          turns.add(next);
          tokens--;
        }
      }
      isFull = tokens >= CAPACITY;
      time();
    }
    turns.forEach(turn -> turn.complete(null));
  }

  /** Called with the lock held. */
  private void refill() {
    long now = clock.getAsLong();
    tokens = Math.min(CAPACITY, tokens + PER_SECOND * (now - refilled) / 1e9);
    refilled = now;
  }

  /** Called with the lock held. */
  private void time() {
    if (isTiming || waiting.isEmpty()) {
      return;
    }
    try {
      var unused = scheduler.schedule(this::onTime, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
      isTiming = true;
    } catch (RejectedExecutionException e) {
      waiting.clear(); // closed, and each of them has a limit
    }
  }

  private void onTime() {
    synchronized (this) {
      isTiming = false;
    }
    release(0);
  }
}
