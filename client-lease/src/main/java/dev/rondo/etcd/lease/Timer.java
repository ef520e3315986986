package dev.rondo.etcd.lease;

import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Something to do among the renewer's tasks at a later time. Unlike a future of the scheduler, it
 * can be cancelled as long as it has not begun, even if its time has come and it waits behind other
 * tasks. Touched by the renewer's tasks only.
 */
final class Timer {
  private final Runnable task;
  private @Nullable Future<?> alarm;
  private boolean isCancelled;

  Timer(Runnable task) {
    this.task = task;
  }

  /** Takes what wakes it up, to cancel it as well. */
  void wokenBy(Future<?> scheduled) {
    alarm = scheduled;
  }

  void run() {
    if (!isCancelled) {
      task.run();
    }
  }

  void cancel() {
    isCancelled = true;
    if (alarm != null) {
      alarm.cancel(false);
    }
  }
}
