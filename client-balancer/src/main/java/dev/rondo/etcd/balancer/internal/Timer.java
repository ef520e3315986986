package dev.rondo.etcd.balancer.internal;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Something to do among its owner's tasks at a later time. Unlike a future of the scheduler, it can
 * be cancelled as long as it has not begun, even if its time has come and it waits behind other
 * tasks. Touched by those tasks only.
 */
public final class Timer {
  private final Runnable task;
  private @Nullable Future<?> alarm;
  private boolean isCancelled;

  /** Makes one that does {@code task}. */
  Timer(Runnable task) {
    this.task = task;
  }

  /** Takes what wakes it up, to cancel it as well. */
  void wokenBy(Future<?> scheduled) {
    alarm = scheduled;
  }

  /** Does it, unless it was cancelled. */
  void run() {
    if (!isCancelled) {
      task.run();
    }
  }

  /** Cancels {@code timer}, if there is one. */
  public static void stop(@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  /** Does it no more. */
  public void cancel() {
    isCancelled = true;
    if (alarm != null) {
      alarm.cancel(false);
    }
  }
}
