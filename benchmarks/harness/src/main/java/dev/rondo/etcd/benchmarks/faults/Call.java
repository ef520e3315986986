package dev.rondo.etcd.benchmarks.faults;

import java.util.Locale;

/**
 * How one call went.
 *
 * @param operation what was called
 * @param caller the number of the thread among those that do the same
 * @param start when it began, as {@link System#nanoTime} has it, whose origin all processes of a
 *     Linux machine share
 * @param end when it ended
 * @param member the one that answered, 0 if none did
 * @param ending how it ended
 */
public record Call(
    Operation operation, int caller, long start, long end, long member, Ending ending) {
  /** What was called. */
  public enum Operation {
    /** A linearizable read. */
    READ,
    /** A write to a key that nobody else writes. */
    WRITE
  }

  /** How a call ended. */
  public enum Ending {
    /** With an answer. */
    SUCCEEDED,
    /** With an exception. */
    FAILED,
    /** With an exception that says that the write may have been applied. */
    UNKNOWN
  }

  /** Whether it was answered. */
  public boolean hasSucceeded() {
    return ending == Ending.SUCCEEDED;
  }

  /** Returns what {@link #toString} gave. */
  public static Call parse(String line) {
    String[] words = line.split(" ", -1);
    return new Call(
        Operation.valueOf(words[0]),
        Integer.parseInt(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Ending.valueOf(words[5]));
  }

  /** Returns the line that {@link #parse} reads. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s %d %d %d %d %s", operation, caller, start, end, member, ending);
  }
}
