package dev.rondo.etcd.benchmarks.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of calls in flight for a while. Adds next to nothing of its own to a call: no
 * clock, no allocation, no hand-over between threads.
 */
final class Load {
  private static final long DRAIN_SECONDS = 30;
  private static final int TRIES = 10;

  private final Target target;

  /** Threads stay for ever, so that none ends within a round. */
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          Long.MAX_VALUE,
          TimeUnit.NANOSECONDS,
          new SynchronousQueue<>(),
          Load::daemon);

  Load(Target target) {
    this.target = target;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "caller");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs {@code cell} until it can be measured: a pool of the client's that lets an idle thread go
   * meanwhile spoils a round.
   */
  Measurement run(Cell cell, long millis) throws InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      Optional<Measurement> measured = runOnce(cell, millis);
      if (measured.isPresent()) {
        return measured.get();
      }
    }
    throw new IllegalStateException(cell + ": threads ended within each of " + TRIES + " rounds");
  }

  private Optional<Measurement> runOnce(Cell cell, long millis) throws InterruptedException {
    Round round = new Round(cell);
    for (int i = 0; i < cell.inFlight(); i++) {
      round.add();
    }
    return round.run(millis);
  }

  /** The callers of one round, which begin and stop together. */
  private final class Round {
    private final Cell cell;
    private final int expectedSize;
    private final List<Caller> callers = new ArrayList<>();
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch ready;
    private final CountDownLatch ended;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean isOver;

    Round(Cell cell) {
      this.cell = cell;
      this.expectedSize = cell.operation() == Cell.Operation.GET ? Sample.VALUE_SIZE : 0;
      this.ready = new CountDownLatch(cell.style() == Cell.Style.BLOCKING ? cell.inFlight() : 0);
      this.ended = new CountDownLatch(cell.inFlight());
    }

    void add() {
      Caller caller = new Caller(this);
      callers.add(caller);
      if (cell.style() == Cell.Style.BLOCKING) {
        threads.execute(caller::callInTurn);
      }
    }

    Optional<Measurement> run(long millis) throws InterruptedException {
      ready.await();
      Meter before = Meter.read();
      begin.countDown();
      if (cell.style() == Cell.Style.ASYNC) {
        callers.forEach(Caller::callNext);
      }
      Thread.sleep(millis);
      isOver = true;
      boolean isDrained = ended.await(DRAIN_SECONDS, TimeUnit.SECONDS);
      Meter after = Meter.read();
      Throwable seen = failure.get();
      if (seen != null) {
        throw new IllegalStateException(cell + " failed: " + seen, seen);
      }
      if (!isDrained) {
        throw new IllegalStateException(
            cell + ": calls without an answer for " + DRAIN_SECONDS + " s");
      }
      return before.until(after, callers.stream().mapToLong(caller -> caller.calls).sum());
    }

    private boolean isGet() {
      return cell.operation() == Cell.Operation.GET;
    }

    private void check(int valueSize) {
      if (valueSize != expectedSize) {
        throw new IllegalStateException(
            "an answer had " + valueSize + " bytes of value, expected " + expectedSize);
      }
    }
  }

  /** Makes one call after the other: on a thread of its own, or each when the last has ended. */
  private final class Caller implements Target.Ending {
    private final Round round;
    private long calls; // one at a time, each after the other; read once all have ended

    Caller(Round round) {
      this.round = round;
    }

    void callInTurn() {
      round.ready.countDown();
      try {
        round.begin.await();
        while (!round.isOver) {
          if (round.isGet()) {
            round.check(target.get());
          } else {
            target.put();
          }
          calls++;
        }
      } catch (Exception e) {
        round.failure.compareAndSet(null, e);
      } finally {
        round.ended.countDown();
      }
    }

    void callNext() {
      if (round.isGet()) {
        target.get(this);
      } else {
        target.put(this);
      }
    }

    @Override
    public void ended(int valueSize, @Nullable Throwable failure) {
      try {
        if (failure != null) {
          throw failure;
        }
        round.check(valueSize);
        calls++;
        if (!round.isOver) {
          callNext();
          return;
        }
      } catch (Throwable e) {
        round.failure.compareAndSet(null, e);
      }
      round.ended.countDown();
    }
  }
}
