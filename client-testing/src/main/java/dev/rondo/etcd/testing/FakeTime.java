package dev.rondo.etcd.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock and a scheduler that stand still until a test moves them.
 *
 * <p>Nothing runs on a thread of its own: {@link #advance} runs the tasks that fall due, in the
 * order of their times and then of their submission, on the calling thread, each at its own time. A
 * task handed to {@link #execute} is due at once and still waits for the next {@code advance}; if
 * it throws, so does {@code advance}. Safe for use by many threads, as long as one of them
 * advances.
 *
 * <p>The clock starts three seconds before the largest {@code long}, so that code which compares
 * readings instead of subtracting them fails early.
 */
public final class FakeTime extends AbstractExecutorService implements ScheduledExecutorService {
  private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();

  // All guarded by this.
  private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
  private long elapsed;
  private long submissions;
  private boolean shutDown;

  /** Starts a clock with nothing to do. */
  public FakeTime() {}

  /**
   * Returns the reading of the clock, which means something only in relation to another reading.
   */
  public synchronized long nanoTime() {
    return ORIGIN + elapsed;
  }

  /** Returns how far the clock was advanced so far. */
  public synchronized Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  /** Moves the clock, running on the way whatever falls due, also what those tasks submit. */
  public void advance(Duration step) {
    long target;
    synchronized (this) {
      target = elapsed + step.toNanos();
    }
    for (Task<?> task = nextUntil(target); task != null; task = nextUntil(target)) {
      task.run();
      task.rethrow();
    }
    synchronized (this) {
      elapsed = Math.max(elapsed, target);
    }
  }

  /** Runs what is due now without moving the clock. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /** Returns the number of tasks that wait; a periodic one counts once. */
  public synchronized int waiting() {
    return tasks.size();
  }

  /** Returns the time until the next task is due. */
  public synchronized Optional<Duration> untilNext() {
    return Optional.ofNullable(tasks.peek()).map(next -> Duration.ofNanos(next.due - elapsed));
  }

  private synchronized @Nullable Task<?> nextUntil(long target) {
    var next = tasks.peek();
    if (next == null || next.due > target) {
      return null;
    }
    tasks.remove();
    elapsed = Math.max(elapsed, next.due);
    return next;
  }

  @Override
  public void execute(Runnable command) {
    enqueue(new Task<>(Executors.callable(command), 0, 0, true));
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(new Task<>(Executors.callable(command), unit.toNanos(delay), 0, false));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return add(new Task<>(callable, unit.toNanos(delay), 0, false));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    var task = Executors.callable(command);
    return add(new Task<>(task, unit.toNanos(initialDelay), unit.toNanos(period), false));
  }

  /** Tasks take no time on this clock, so this is the same as a fixed rate. */
  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(command, initialDelay, delay, unit);
  }

  private <T extends Task<?>> T add(T task) {
    enqueue(task);
    return task;
  }

  private synchronized void enqueue(Task<?> task) {
    if (shutDown) {
      throw new RejectedExecutionException("the clock was shut down");
    }
    tasks.add(task);
  }

  private synchronized void repeat(Task<?> task) {
    if (!shutDown && !task.isCancelled()) {
      task.due += task.period;
      tasks.add(task);
    }
  }

  private synchronized void remove(Task<?> task) {
    tasks.remove(task);
  }

  @Override
  public synchronized void shutdown() {
    shutDown = true;
    tasks.removeIf(task -> task.period > 0);
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    shutDown = true;
    var never = new ArrayList<Runnable>(tasks);
    tasks.clear();
    return never;
  }

  /** Drops what waits. Newer JDKs would otherwise wait for tasks that nobody runs. */
  public void close() {
    shutdownNow();
  }

  @Override
  public synchronized boolean isShutdown() {
    return shutDown;
  }

  @Override
  public synchronized boolean isTerminated() {
    return shutDown && tasks.isEmpty();
  }

  /** Answers at once: only {@link #advance} could finish a task. */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long number;
    private final long period; // 0 if it runs once
    private final boolean fails; // whether a failure is advance's
    private long due; // guarded by the clock
    private @Nullable Throwable failure; // touched by the advancing thread only

    Task(Callable<V> callable, long delay, long period, boolean fails) {
      super(callable);
      synchronized (FakeTime.this) {
        this.number = submissions++;
        this.due = elapsed + Math.max(0, delay);
      }
      this.period = period;
      this.fails = fails;
    }

    @Override
    public void run() {
      if (period == 0) {
        super.run();
      } else if (runAndReset()) {
        repeat(this);
      }
    }

    @Override
    protected void setException(Throwable thrown) {
      failure = thrown;
      super.setException(thrown);
    }

    void rethrow() {
      if (!fails || failure == null) {
        return;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure; // a Runnable throws nothing else
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      remove(this);
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      synchronized (FakeTime.this) {
        return unit.convert(due - elapsed, TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public int compareTo(Delayed other) {
      var task = (Task<?>) other;
      int byTime = Long.compare(due, task.due);
      return byTime != 0 ? byTime : Long.compare(number, task.number);
    }
  }
}
