package dev.rondo.etcd.testing.history;

/** How a recorded operation ended. */
sealed interface Outcome {
  /** The cluster answered. */
  record Answered(Answer answer) implements Outcome {}

  /** It failed and left nothing behind. */
  record NotApplied() implements Outcome {}

  /** It failed, or never ended, and nobody knows what became of it. */
  record Unknown() implements Outcome {}
}
