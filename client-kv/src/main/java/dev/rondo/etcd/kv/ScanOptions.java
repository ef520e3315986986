package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.function.Consumer;

/** How a large range is read page by page. */
public final class ScanOptions {
  /** A thousand keys with their values in each page, at the newest revision. */
  public static final ScanOptions DEFAULT = new Builder().build();

  private final int pageSize;
  private final boolean keysOnly;
  private final Revision revision;

  private ScanOptions(int pageSize, boolean keysOnly, Revision revision) {
    this.pageSize = pageSize;
    this.keysOnly = keysOnly;
    this.revision = revision;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static ScanOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** How many keys are read at a time. */
  public int pageSize() {
    return pageSize;
  }

  /** Whether the values are left out. */
  public boolean isKeysOnly() {
    return keysOnly;
  }

  /** The revision that is read; {@link Revision#NONE} for the newest when the scan begins. */
  public Revision revision() {
    return revision;
  }

  /** The same, at another revision. */
  ScanOptions at(Revision revision) {
    return new ScanOptions(pageSize, keysOnly, revision);
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private int pageSize = 1000;
    private boolean keysOnly;
    private Revision revision = Revision.NONE;

    private Builder() {}

    /**
     * Reads this many keys at a time. A page is held in memory as a whole, so let it be small where
     * values are large; one that is larger than the connection takes fails with {@code
     * ANSWER_TOO_LARGE}.
     *
     * @param pageSize at least 1; 1000 by default
     */
    public Builder pageSize(int pageSize) {
      if (pageSize < 1) {
        throw new IllegalArgumentException("pageSize must be at least 1, was " + pageSize);
      }
      this.pageSize = pageSize;
      return this;
    }

    /** Leaves out the values. */
    public Builder keysOnly() {
      this.keysOnly = true;
      return this;
    }

    /**
     * Reads the store as it was at this revision.
     *
     * @param revision {@link Revision#NONE}, the default, for the newest when the scan begins
     */
    public Builder revision(Revision revision) {
      this.revision = revision;
      return this;
    }

    /** Returns the options. */
    public ScanOptions build() {
      return new ScanOptions(pageSize, keysOnly, revision);
    }
  }
}
