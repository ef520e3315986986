package dev.rondo.etcd.api;

/** What a failed call says about the change it asked for. */
public enum WriteOutcome {
  /**
   * The change surely was not made: the call never reached a server, or was refused, or reads only.
   */
  NOT_APPLIED,
  /** The change may have been made, or may still be. */
  UNKNOWN
}
