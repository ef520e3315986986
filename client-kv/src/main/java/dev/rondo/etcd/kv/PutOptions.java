package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.LeaseId;
import java.util.function.Consumer;

/**
 * How a key is written.
 *
 * <pre>{@code
 * kv.put("members/a", "10.0.0.1", put -> put.lease(lease));
 * }</pre>
 */
public final class PutOptions {
  /** Sets the value, detaches the key from any lease, and does not ask for the former value. */
  public static final PutOptions DEFAULT = new Builder().build();

  private final LeaseId lease;
  private final boolean prevKv;
  private final boolean ignoreValue;
  private final boolean ignoreLease;

  private PutOptions(Builder builder) {
    this.lease = builder.lease;
    this.prevKv = builder.prevKv;
    this.ignoreValue = builder.ignoreValue;
    this.ignoreLease = builder.ignoreLease;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static PutOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** The lease that the key is attached to; {@link LeaseId#NONE} for none. */
  public LeaseId lease() {
    return lease;
  }

  /** Whether the answer holds the key as it was before. */
  public boolean isPrevKv() {
    return prevKv;
  }

  /** Whether the key keeps its value. */
  public boolean isIgnoreValue() {
    return ignoreValue;
  }

  /** Whether the key keeps its lease. */
  public boolean isIgnoreLease() {
    return ignoreLease;
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private LeaseId lease = LeaseId.NONE;
    private boolean prevKv;
    private boolean ignoreValue;
    private boolean ignoreLease;

    private Builder() {}

    /**
     * Attaches the key to this lease, so that it is deleted when the lease ends. The call fails
     * with {@code LEASE_NOT_FOUND} if there is no such lease.
     *
     * @param lease {@link LeaseId#NONE}, the default, detaches the key from any lease
     */
    public Builder lease(LeaseId lease) {
      this.lease = lease;
      return this;
    }

    /** Asks for the key as it was before: {@link PutResult#previous}. */
    public Builder prevKv() {
      this.prevKv = true;
      return this;
    }

    /**
     * Keeps the value that the key has, for instance to attach it to another lease; the value given
     * must be empty. The call fails with {@code KEY_NOT_FOUND} if there is no such key.
     */
    public Builder ignoreValue() {
      this.ignoreValue = true;
      return this;
    }

    /**
     * Keeps the lease that the key has. The call fails with {@code KEY_NOT_FOUND} if there is no
     * such key.
     */
    public Builder ignoreLease() {
      this.ignoreLease = true;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if there is a lease although that of the key shall stay
     */
    public PutOptions build() {
      if (ignoreLease && !lease.isNone()) {
        throw new IllegalArgumentException(
            "ignoreLease must come without a lease, was with lease " + lease);
      }
      return new PutOptions(this);
    }
  }
}
