package dev.rondo.etcd.balancer.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs tasks one at a time and in order, so that what only they touch needs no lock. They run on an
 * executor, and on the threads that bring them once that takes no more: none is ever left over.
 */
public final class SerialTasks {
  private final Executor executor;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isRunning = new AtomicBoolean();

  /** Makes one that runs tasks on {@code executor}. */
  public SerialTasks(Executor executor) {
    this.executor = executor;
  }

  /** Runs {@code task} on the executor. */
  public void execute(Runnable task) {
    tasks.add(task);
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException e) {
      drain();
    }
  }

  /** Runs {@code task} here, after those that wait, unless another thread is at it and does so. */
  public void runHere(Runnable task) {
    tasks.add(task);
    drain();
  }

  /**
   * Runs {@code task} after this time, unless the timer is cancelled.
   *
   * @param ifOver what to do, here, where {@code scheduler} takes no more; the task is never run
   *     then
   */
  public Timer after(
      ScheduledExecutorService scheduler, long nanos, Runnable task, Runnable ifOver) {
    Timer timer = new Timer(task);
    try {
      timer.wokenBy(scheduler.schedule(() -> runHere(timer::run), nanos, TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      ifOver.run();
    }
    return timer;
  }

  private void drain() {
    // Again, for what was added after the last look and whose bringer found this running.
    while (!tasks.isEmpty() && isRunning.compareAndSet(false, true)) {
      try {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
      } finally {
        isRunning.set(false);
      }
    }
  }
}
