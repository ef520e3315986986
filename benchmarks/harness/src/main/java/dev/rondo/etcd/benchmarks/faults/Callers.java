package dev.rondo.etcd.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that read and threads that write, each one call at a time with a pause after it, until
 * they are stopped. A writer counts up in a key of its own.
 */
final class Callers {
  private final FaultTarget target;
  private final long pauseNanos;
  private final List<Caller> callers = new ArrayList<>();
  private final Set<Long> answering = ConcurrentHashMap.newKeySet();
  private final Map<Call.Operation, String> lastFailures = new ConcurrentHashMap<>();
  private volatile boolean isStopping;

  private Callers(FaultTarget target, long pauseMillis) {
    this.target = target;
    this.pauseNanos = pauseMillis * 1_000_000;
  }

  /**
   * Starts them; the keys are {@code prefix} and {@code /read} for the readers, and its number for
   * each writer.
   */
  static Callers start(
      FaultTarget target, String prefix, int readers, int writers, long pauseMillis) {
    Callers callers = new Callers(target, pauseMillis);
    for (int i = 0; i < readers; i++) {
      callers.begin(callers.new Caller(Call.Operation.READ, i, prefix + "/read"));
    }
    for (int i = 0; i < writers; i++) {
      callers.begin(callers.new Caller(Call.Operation.WRITE, i, prefix + "/" + i));
    }
    return callers;
  }

  private void begin(Caller caller) {
    callers.add(caller);
    caller.setDaemon(true);
    caller.start();
  }

  /** Returns the members that answered since this was asked last. */
  Set<Long> answering() {
    Set<Long> seen = Set.copyOf(answering);
    answering.removeAll(seen);
    return seen;
  }

  /** Returns why a read and why a write failed last, in one line. */
  String lastFailures() {
    return lastFailures.isEmpty() ? "none failed" : lastFailures.toString();
  }

  /** Waits for the calls under way, and returns all. */
  List<Call> stop() throws InterruptedException {
    isStopping = true;
    List<Call> all = new ArrayList<>();
    for (Caller caller : callers) {
      caller.join();
      all.addAll(caller.calls);
    }
    return all;
  }

  private final class Caller extends Thread {
    private final Call.Operation operation;
    private final int number;
    private final String key;
    private final List<Call> calls = new ArrayList<>(); // its own, and read once it has ended

    Caller(Call.Operation operation, int number, String key) {
      super(operation + "-" + number);
      this.operation = operation;
      this.number = number;
      this.key = key;
    }

    @Override
    public void run() {
      while (!isStopping) {
        calls.add(next());
        LockSupport.parkNanos(pauseNanos);
      }
    }

    private Call next() {
      long start = System.nanoTime();
      try {
        long member =
            operation == Call.Operation.READ
                ? target.read(key)
                : target.write(key, Integer.toString(calls.size()));
        answering.add(member);
        return ended(start, member, Call.Ending.SUCCEEDED);
      } catch (Exception e) {
        lastFailures.put(operation, e.toString().replace('\n', ' '));
        return ended(start, 0, target.isUnknown(e) ? Call.Ending.UNKNOWN : Call.Ending.FAILED);
      }
    }

    private Call ended(long start, long member, Call.Ending ending) {
      return new Call(operation, number, start, System.nanoTime(), member, ending);
    }
  }
}
