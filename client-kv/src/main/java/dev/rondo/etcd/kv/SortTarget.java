package dev.rondo.etcd.kv;

/** What the keys of an answer are sorted by. */
public enum SortTarget {
  /** The key, byte by byte, unsigned. */
  KEY,
  /** How often the key was written since its creation. */
  VERSION,
  /** The revision at which the key was created last. */
  CREATE,
  /** The revision at which the key was changed last. */
  MOD,
  /** The value, byte by byte, unsigned. */
  VALUE
}
