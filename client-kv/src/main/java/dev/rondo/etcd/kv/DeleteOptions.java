package dev.rondo.etcd.kv;

import java.util.function.Consumer;

/** How keys are deleted. */
public final class DeleteOptions {
  /** Does not ask for what was deleted. */
  public static final DeleteOptions DEFAULT = new Builder().build();

  private final boolean prevKv;

  private DeleteOptions(Builder builder) {
    this.prevKv = builder.prevKv;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static DeleteOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** Whether the answer holds the keys as they were before. */
  public boolean isPrevKv() {
    return prevKv;
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private boolean prevKv;

    private Builder() {}

    /** Asks for the keys as they were before: {@link DeleteResult#previous}. */
    public Builder prevKv() {
      this.prevKv = true;
      return this;
    }

    /** Returns the options. */
    public DeleteOptions build() {
      return new DeleteOptions(this);
    }
  }
}
