package dev.rondo.etcd.balancer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks for something over and over: when the last answer is too old, and more often while there is
 * trouble. Never twice at a time. Confined to the thread of its scheduler.
 */
final class Refresh {
  private final ScheduledExecutorService scheduler;
  private final LongSupplier nanoTime;
  private final Duration inTrouble;
  private final Supplier<CompletableFuture<Duration>> question;

  private boolean isStarted;
  private boolean isTroubled;
  private boolean isAsking;
  private boolean isStopped;
  private long asked; // when it was asked last
  private long due; // by the age of the answer
  private @Nullable ScheduledFuture<?> timer;

  /**
   * Makes one that does nothing yet.
   *
   * @param inTrouble the time between two questions while there is trouble
   * @param question asks, without blocking; completes on any thread, and always with the time until
   *     the next one
   */
  Refresh(
      ScheduledExecutorService scheduler,
      LongSupplier nanoTime,
      Duration inTrouble,
      Supplier<CompletableFuture<Duration>> question) {
    this.scheduler = scheduler;
    this.nanoTime = nanoTime;
    this.inTrouble = inTrouble;
    this.question = question;
  }

  /** Asks now. */
  void start() {
    isStarted = true;
    ask();
  }

  /** Hears whether there is trouble that another answer may end. */
  void troubled(boolean isTroubled) {
    if (this.isTroubled != isTroubled) {
      this.isTroubled = isTroubled;
      schedule();
    }
  }

  void stop() {
    isStopped = true;
    stopTimer();
  }

  private void ask() {
    if (isStopped || isAsking) {
      return;
    }
    isAsking = true;
    asked = nanoTime.getAsLong();
    var unused =
        question
            .get()
            .thenAccept(
                next -> {
                  try {
                    scheduler.execute(() -> answered(next));
                  } catch (RejectedExecutionException e) {
                    // closed meanwhile
                  }
                });
  }

  private void answered(Duration next) {
    isAsking = false;
    due = nanoTime.getAsLong() + next.toNanos();
    schedule();
  }

  private void schedule() {
    stopTimer();
    if (!isStarted || isStopped || isAsking) {
      return;
    }
    long now = nanoTime.getAsLong();
    long left = due - now;
    if (isTroubled) {
      left = Math.min(left, asked + inTrouble.toNanos() - now);
    }
    timer = scheduler.schedule(this::ask, Math.max(0, left), TimeUnit.NANOSECONDS);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
