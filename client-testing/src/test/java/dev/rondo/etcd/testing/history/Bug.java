package dev.rondo.etcd.testing.history;

/** What {@link ModelServer} can do wrong, once. */
enum Bug {
  /** Acknowledges a put and forgets it. */
  LOST_WRITE,
  /** Acknowledges a put and forgets it together with its revision, as a bad failover would. */
  REUSED_REVISION,
  /** Applies a put and, at the next revision, applies it again. */
  WRITE_APPLIED_TWICE,
  /** Applies a put again after another write of the same key. */
  OLD_WRITE_APPLIED_AGAIN,
  /** Applies a write after it was refused. */
  REFUSED_WRITE_APPLIED,
  /** Goes on to the next revision with nothing written. */
  SKIPPED_REVISION,
  /** Acknowledges the next write with the revision before its own. */
  REVISION_OF_THE_WRITE_BEFORE,
  /** Answers a linearizable read from an older state and says so. */
  STALE_READ,
  /** Answers a linearizable read from an older state, but with the revision of the newest. */
  STALE_READ_IN_NEW_HEADER,
  /** Answers a read with a revision that is not written yet. */
  READ_FROM_THE_FUTURE,
  /** Answers a serializable read with a revision that is not written yet. */
  SERIALIZABLE_READ_FROM_THE_FUTURE,
  /** Answers a serializable read of several keys from two states. */
  SERIALIZABLE_READ_OF_A_STATE_THAT_NEVER_WAS,
  /** Shows one of the puts of a transaction without another. */
  TXN_SEEN_IN_HALVES,
  /** Applies one of the puts of a transaction without another. */
  TXN_APPLIED_BY_HALF,
  /** Takes the branch of a transaction that the conditions forbid. */
  TXN_IN_WRONG_BRANCH,
  /** Says that something was deleted where there was nothing. */
  DELETE_OF_NOTHING_COUNTED,
  /** Says that a key was deleted, and keeps it. */
  DELETED_KEY_KEPT,
  /** Says that nothing was deleted, and deletes. */
  DELETE_NOT_COUNTED,
  /** Brings back what a key held before it was overwritten. */
  OVERWRITTEN_VALUE_IS_BACK,
  /** Does not count a put in the version. */
  VERSION_NOT_COUNTED,
  /** Goes on with the version of a key that was deleted. */
  VERSION_SURVIVES_DELETE,
  /** Shows as previous what a key did not hold last. */
  WRONG_PREVIOUS
}
