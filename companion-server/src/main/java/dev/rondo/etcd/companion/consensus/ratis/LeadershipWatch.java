package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.Leadership;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Tells of changes of leadership, of which Ratis does not tell all, and watches over a leader: one
 * that has not heard from a majority for an election timeout resigns. Ratis looks after that too,
 * but only when nothing else happens: a leader that is cut off with a learner or a minority, and is
 * still given entries, would never find out.
 */
final class LeadershipWatch implements AutoCloseable {
  private final Supplier<Leadership> leadership;
  private final Consumer<Leadership> listener;
  private final LongPredicate quorumHeardWithin;
  private final Runnable resign;
  private final long periodNanos;
  private final long patienceNanos;
  private final ScheduledThreadPoolExecutor clock;

  private Leadership last = new Leadership(0, Leadership.NONE, false); // by the clock's thread only
  private long lastTick;
  private long trustedSince;

  /**
   * @param quorumHeardWithin whether a majority has been heard within that many milliseconds
   * @param patience how long a leader may go without a majority
   */
  LeadershipWatch(
      String name,
      Supplier<Leadership> leadership,
      Consumer<Leadership> listener,
      LongPredicate quorumHeardWithin,
      Runnable resign,
      Duration period,
      Duration patience) {
    this.leadership = leadership;
    this.listener = listener;
    this.quorumHeardWithin = quorumHeardWithin;
    this.resign = resign;
    this.periodNanos = period.toNanos();
    this.patienceNanos = patience.toNanos();
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, name + "-leadership");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    clock.setRemoveOnCancelPolicy(true);
    clock.prestartCoreThread(); // here, and not by a thread of Ratis whose group it would join
  }

  void start() {
    lastTick = System.nanoTime();
    var unused = clock.scheduleWithFixedDelay(this::tick, 0, periodNanos, TimeUnit.NANOSECONDS);
  }

  /** Looks soon, on the watch's thread. */
  void hint() {
    clock.execute(this::notice);
  }

  /** Runs a short task later unless the watch is closed before. */
  Runnable later(Duration delay, Runnable task) {
    var scheduled = clock.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  private void notice() {
    var now = leadership.get();
    if (!now.equals(last)) {
      if (now.term() != last.term() || now.leads() != last.leads()) {
        trustedSince = System.nanoTime();
      }
      last = now;
      listener.accept(now);
    }
  }

  private void tick() {
    notice();
    long now = System.nanoTime();
    boolean stoodStill = now - lastTick > patienceNanos / 2;
    lastTick = now;
    if (stoodStill || !last.leads()) {
      trustedSince = now; // the whole process may have stood still, the others with it
    } else if (now - trustedSince > patienceNanos
        && !quorumHeardWithin.test(TimeUnit.NANOSECONDS.toMillis(patienceNanos))) {
      trustedSince = now;
      resign.run();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
