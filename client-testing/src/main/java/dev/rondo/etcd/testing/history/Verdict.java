package dev.rondo.etcd.testing.history;

/** What can be said of a history. */
public sealed interface Verdict {
  /** One store that does one thing at a time could have given all these answers. */
  record Linearizable() implements Verdict {}

  /**
   * No such store could have.
   *
   * @param explanation the operations that contradict each other, in sentences
   */
  record Violation(String explanation) implements Verdict {}

  /**
   * The writes of unknown outcome leave more possibilities than were tried, and none of those tried
   * fits. Count it as a failure, and look with fewer unknown writes or more reads.
   *
   * @param explanation where the search ended, in sentences
   */
  record Undecided(String explanation) implements Verdict {}
}
