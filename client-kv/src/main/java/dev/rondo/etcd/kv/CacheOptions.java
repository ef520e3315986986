package dev.rondo.etcd.kv;

import java.util.function.Consumer;

/**
 * How much a cache holds at most. A range that is larger is refused when the cache is made; one
 * that becomes larger later ends the cache with {@link CacheEnd.Exceeded}.
 */
public final class CacheOptions {
  /** A million keys and 256 MiB of keys and values at most. */
  public static final CacheOptions DEFAULT = new Builder().build();

  private final int maxKeys;
  private final long maxBytes;

  private CacheOptions(Builder builder) {
    this.maxKeys = builder.maxKeys;
    this.maxBytes = builder.maxBytes;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static CacheOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** How many keys it holds at most. */
  public int maxKeys() {
    return maxKeys;
  }

  /** How many bytes of keys and values it holds at most. */
  public long maxBytes() {
    return maxBytes;
  }

  boolean isExceededBy(long keys, long bytes) {
    return keys > maxKeys || bytes > maxBytes;
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private int maxKeys = 1_000_000;
    private long maxBytes = 256L << 20;

    private Builder() {}

    /**
     * Holds this many keys at most.
     *
     * @param keys at least 1; 1,000,000 by default
     */
    public Builder maxKeys(int keys) {
      if (keys < 1) {
        throw new IllegalArgumentException("maxKeys must be at least 1, was " + keys);
      }
      this.maxKeys = keys;
      return this;
    }

    /**
     * Holds this many bytes of keys and values at most. The heap needs some 200 bytes more for each
     * key.
     *
     * @param bytes at least 1; 256 MiB by default
     */
    public Builder maxBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxBytes must be at least 1, was " + bytes);
      }
      this.maxBytes = bytes;
      return this;
    }

    /** Returns the options. */
    public CacheOptions build() {
      return new CacheOptions(this);
    }
  }
}
