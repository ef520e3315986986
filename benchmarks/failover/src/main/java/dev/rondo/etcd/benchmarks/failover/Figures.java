package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.faults.Call;
import dev.rondo.etcd.benchmarks.faults.Call.Ending;
import dev.rondo.etcd.benchmarks.faults.Call.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What one client went through in one round.
 *
 * @param failedReads reads without an answer since the fault began
 * @param failedWrites writes without one, {@code unknownWrites} included
 * @param unknownWrites those of which the client said that they may have been applied
 * @param readGap the longest time in seconds that any one reader was without an answer
 * @param writeGap the same of any one writer
 * @param usedAgain the seconds after it served newcomers again in which a victim first answered a
 *     call, the longest if there are several; infinite if one did not while the client was watched
 * @param throughput answers in a second during the fault, as a share of those before
 * @param appliedTwice writes that were
 */
record Figures(
    int failedReads,
    int failedWrites,
    int unknownWrites,
    double readGap,
    double writeGap,
    double usedAgain,
    double throughput,
    int appliedTwice) {
  private static final double SECOND = 1e9;

  /**
   * Works them out.
   *
   * @param calls all that the client made
   * @param course of the fault
   * @param from when calls are counted as before the fault
   * @param until when the client was told to stop
   */
  static Figures of(List<Call> calls, Course course, long from, long until, int appliedTwice) {
    Predicate<Call> affected = call -> call.end() > course.begin() && !call.hasSucceeded();
    return new Figures(
        count(calls, affected.and(call -> call.operation() == Operation.READ)),
        count(calls, affected.and(call -> call.operation() == Operation.WRITE)),
        count(calls, affected.and(call -> call.ending() == Ending.UNKNOWN)),
        longestGap(calls, Operation.READ, course.begin(), until),
        longestGap(calls, Operation.WRITE, course.begin(), until),
        usedAgain(calls, course, until),
        answersPerSecond(calls, course.begin(), course.end())
            / answersPerSecond(calls, from, course.begin()),
        appliedTwice);
  }

  private static int count(List<Call> calls, Predicate<Call> which) {
    return (int) calls.stream().filter(which).count();
  }

  /**
   * The longest time between two answers to one thread, the last one before the fault included; a
   * thread that waits for one at the end waits at least until then.
   */
  private static double longestGap(List<Call> calls, Operation operation, long begin, long until) {
    long longest = 0;
    Map<Integer, Long> last = new HashMap<>(); // answer to each thread
    for (Call call : calls) { // those of one thread are in their order
      if (call.operation() != operation) {
        continue;
      }
      long before = last.computeIfAbsent(call.caller(), absent -> call.start());
      if (call.hasSucceeded() && call.end() <= until) {
        if (call.end() > begin) {
          longest = Math.max(longest, call.end() - before);
        }
        last.put(call.caller(), call.end());
      }
    }
    for (long answered : last.values()) {
      longest = Math.max(longest, until - answered);
    }
    return longest / SECOND;
  }

  private static double usedAgain(List<Call> calls, Course course, long until) {
    double longest = 0;
    for (Map.Entry<Long, Long> victim : course.servingAgain().entrySet()) {
      long first =
          calls.stream()
              .filter(call -> call.hasSucceeded() && call.member() == victim.getKey())
              .mapToLong(Call::end)
              .filter(end -> end >= victim.getValue() && end <= until)
              .min()
              .orElse(Long.MAX_VALUE);
      longest =
          first == Long.MAX_VALUE
              ? Double.POSITIVE_INFINITY
              : Math.max(longest, (first - victim.getValue()) / SECOND);
    }
    return longest;
  }

  private static double answersPerSecond(List<Call> calls, long from, long to) {
    return count(calls, call -> call.hasSucceeded() && call.end() > from && call.end() <= to)
        / ((to - from) / SECOND);
  }

  /** For those who watch the run. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d reads and %d writes failed, gaps %.3f s and %.3f s, used again after %.3f s,"
            + " throughput %.2f, applied twice %d",
        failedReads,
        failedWrites,
        readGap,
        writeGap,
        usedAgain,
        throughput,
        appliedTwice);
  }
}
