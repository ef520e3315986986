package dev.rondo.etcd.kv;

/** Which way the keys of an answer are sorted. */
public enum SortOrder {
  /** The smallest first. */
  ASCEND,
  /** The largest first. */
  DESCEND
}
