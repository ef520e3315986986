package dev.rondo.etcd.companion.engine;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs an engine's own work. It may be shared by members and stays whoever's it was.
 *
 * @param scheduler for short tasks that are due at a time
 * @param nanoTime the clock, monotonic
 * @param readers for reads that may take long, and for what waits for the log
 */
public record Workers(ScheduledExecutorService scheduler, LongSupplier nanoTime, Executor readers) {
  private static final Logger log = LoggerFactory.getLogger(Workers.class);

  long now() {
    return nanoTime.getAsLong();
  }

  void after(Duration delay, Runnable task) {
    var unused = timer(delay, task);
  }

  /** The same for a task that may have to be cancelled. */
  Future<?> timer(Duration delay, Runnable task) {
    return scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A failure does not end the repetition. */
  Future<?> every(Duration period, Runnable task) {
    return scheduler.scheduleWithFixedDelay(
        () -> attempt(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void attempt(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("a periodic task failed and will be tried again", e);
    }
  }
}
