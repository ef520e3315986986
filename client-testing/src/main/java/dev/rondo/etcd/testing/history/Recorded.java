package dev.rondo.etcd.testing.history;

import java.util.Locale;

/**
 * An operation of a finished history.
 *
 * @param number its place in the order of begin, counted from 1
 * @param began nanoseconds since the history began
 * @param ended the same; the largest number if it never did
 */
record Recorded(
    int number, String client, Operation operation, long began, long ended, Outcome outcome) {

  boolean isUnknown() {
    return outcome instanceof Outcome.Unknown;
  }

  /** Numbers differ within a history, so there is no need to look at all the rest. */
  @Override
  public int hashCode() {
    return number;
  }

  @Override
  public String toString() {
    return "#" + number + " " + operation + " (" + client + ", " + interval() + ", " + end() + ")";
  }

  private String interval() {
    return ended == Long.MAX_VALUE
        ? milliseconds(began) + " ms, never ended"
        : milliseconds(began) + " to " + milliseconds(ended) + " ms";
  }

  private String end() {
    if (outcome instanceof Outcome.Answered answered) {
      return "revision " + answered.answer().revision();
    }
    return isUnknown() ? "outcome unknown" : "surely not applied";
  }

  private static String milliseconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
  }
}
