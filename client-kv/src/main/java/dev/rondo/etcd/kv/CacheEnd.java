package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.EtcdException;

/** Why a cache ended that its user did not close. */
public sealed interface CacheEnd {
  /**
   * The range has become larger than the cache may be.
   *
   * @param keys how many keys the range has at least
   * @param bytes how many bytes their keys and values have at least
   */
  record Exceeded(long keys, long bytes) implements CacheEnd {}

  /**
   * The cluster refuses to tell of the range, for good.
   *
   * @param failure why
   */
  record Refused(EtcdException failure) implements CacheEnd {}

  /** The connection was closed. */
  record Disconnected() implements CacheEnd {}
}
