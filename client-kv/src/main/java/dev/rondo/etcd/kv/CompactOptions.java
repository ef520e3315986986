package dev.rondo.etcd.kv;

import java.util.function.Consumer;

/** How the history is compacted. */
public final class CompactOptions {
  /** Does not wait until the old revisions are removed from disk. */
  public static final CompactOptions DEFAULT = new Builder().build();

  private final boolean physical;

  private CompactOptions(Builder builder) {
    this.physical = builder.physical;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static CompactOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Whether the call waits until the old revisions are removed from disk. */
  public boolean isPhysical() {
    return physical;
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private boolean physical;

    private Builder() {}

    /**
     * Waits until the member asked has removed the old revisions from its disk, which may take
     * long: give the call a timeout to match.
     */
    public Builder physical() {
      this.physical = true;
      return this;
    }

    /** Returns the options. */
    public CompactOptions build() {
      return new CompactOptions(this);
    }
  }
}
