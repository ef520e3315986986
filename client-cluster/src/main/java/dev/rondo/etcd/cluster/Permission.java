package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.KeyRange;

/**
 * What may be done with some keys.
 *
 * @param access what
 * @param range with which keys
 */
public record Permission(Access access, KeyRange range) {
  /** What may be done with a key. */
  public enum Access {
    /** Get and watch it. */
    READ,
    /** Put and delete it. */
    WRITE,
    /** Both. */
    READWRITE
  }

  /** Lets get and watch these keys. */
  public static Permission read(KeyRange range) {
    return new Permission(Access.READ, range);
  }

  /** Lets put and delete these keys. */
  public static Permission write(KeyRange range) {
    return new Permission(Access.WRITE, range);
  }

  /** Lets do everything with these keys. */
  public static Permission readWrite(KeyRange range) {
    return new Permission(Access.READWRITE, range);
  }
}
