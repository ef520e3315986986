package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.function.Consumer;

/**
 * How a range is read.
 *
 * <pre>{@code
 * RangeResult newest =
 *     kv.get(KeyRange.prefix("jobs/"), get -> get.limit(10).sort(SortTarget.MOD, SortOrder.DESCEND));
 * }</pre>
 */
public final class GetOptions {
  /** Everything in the range as it is now, in the order of the keys, as the quorum knows it. */
  public static final GetOptions DEFAULT = new Builder().build();

  private final long limit;
  private final Revision revision;
  private final SortTarget sortTarget;
  private final SortOrder sortOrder;
  private final boolean serializable;
  private final boolean keysOnly;
  private final boolean countOnly;
  private final Revision minModRevision;
  private final Revision maxModRevision;
  private final Revision minCreateRevision;
  private final Revision maxCreateRevision;

  private GetOptions(Builder builder) {
    this.limit = builder.limit;
    this.revision = builder.revision;
    this.sortTarget = builder.sortTarget;
    this.sortOrder = builder.sortOrder;
    this.serializable = builder.serializable;
    this.keysOnly = builder.keysOnly;
    this.countOnly = builder.countOnly;
    this.minModRevision = builder.minModRevision;
    this.maxModRevision = builder.maxModRevision;
    this.minCreateRevision = builder.minCreateRevision;
    this.maxCreateRevision = builder.maxCreateRevision;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static GetOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** How many keys the answer holds at most; 0 for all. */
  public long limit() {
    return limit;
  }

  /** The revision that is read; {@link Revision#NONE} for the newest. */
  public Revision revision() {
    return revision;
  }

  /** What the answer is sorted by. */
  public SortTarget sortTarget() {
    return sortTarget;
  }

  /** Which way the answer is sorted. */
  public SortOrder sortOrder() {
    return sortOrder;
  }

  /** Whether the member asked may answer alone, and so with what is no longer new. */
  public boolean isSerializable() {
    return serializable;
  }

  /** Whether the answer leaves out the values. */
  public boolean isKeysOnly() {
    return keysOnly;
  }

  /** Whether the answer holds the count alone. */
  public boolean isCountOnly() {
    return countOnly;
  }

  /** Keys changed last before this revision are left out; {@link Revision#NONE} for none. */
  public Revision minModRevision() {
    return minModRevision;
  }

  /** Keys changed last after this revision are left out; {@link Revision#NONE} for none. */
  public Revision maxModRevision() {
    return maxModRevision;
  }

  /** Keys created last before this revision are left out; {@link Revision#NONE} for none. */
  public Revision minCreateRevision() {
    return minCreateRevision;
  }

  /** Keys created last after this revision are left out; {@link Revision#NONE} for none. */
  public Revision maxCreateRevision() {
    return maxCreateRevision;
  }

  /** The order in which etcd stores keys, and so that of any answer that is not sorted. */
  boolean isInOrderOfKeys() {
    return sortTarget == SortTarget.KEY && sortOrder == SortOrder.ASCEND;
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private long limit;
    private Revision revision = Revision.NONE;
    private SortTarget sortTarget = SortTarget.KEY;
    private SortOrder sortOrder = SortOrder.ASCEND;
    private boolean serializable;
    private boolean keysOnly;
    private boolean countOnly;
    private Revision minModRevision = Revision.NONE;
    private Revision maxModRevision = Revision.NONE;
    private Revision minCreateRevision = Revision.NONE;
    private Revision maxCreateRevision = Revision.NONE;

    private Builder() {}

    /**
     * Reads at most this many keys; {@link RangeResult#more} tells whether there are others.
     *
     * @param limit at least 0; 0, the default, reads all
     */
    public Builder limit(long limit) {
      if (limit < 0) {
        throw new IllegalArgumentException("limit must be at least 0, was " + limit);
      }
      this.limit = limit;
      return this;
    }

    /**
     * Reads the store as it was at this revision. The call fails with {@code COMPACTED} if that is
     * gone, and with {@code FUTURE_REVISION} if it is still to come.
     *
     * @param revision {@link Revision#NONE}, the default, for the newest
     */
    public Builder revision(Revision revision) {
      this.revision = revision;
      return this;
    }

    /**
     * Sorts the answer; by default it is in the order of the keys. A limit cuts what was sorted, so
     * the server reads the whole range for any other order.
     */
    public Builder sort(SortTarget target, SortOrder order) {
      this.sortTarget = target;
      this.sortOrder = order;
      return this;
    }

    /**
     * Lets the member asked answer alone: faster, and possible without a leader, but what it says
     * may be out of date. By default the answer is linearizable.
     */
    public Builder serializable() {
      this.serializable = true;
      return this;
    }

    /** Leaves the values out of the answer. */
    public Builder keysOnly() {
      this.keysOnly = true;
      return this;
    }

    /** Counts the keys of the range and returns none of them. */
    public Builder countOnly() {
      this.countOnly = true;
      return this;
    }

    /** Leaves out keys that were changed last before {@code revision}. */
    public Builder minModRevision(Revision revision) {
      this.minModRevision = revision;
      return this;
    }

    /** Leaves out keys that were changed last after {@code revision}. */
    public Builder maxModRevision(Revision revision) {
      this.maxModRevision = revision;
      return this;
    }

    /** Leaves out keys that were created last before {@code revision}. */
    public Builder minCreateRevision(Revision revision) {
      this.minCreateRevision = revision;
      return this;
    }

    /** Leaves out keys that were created last after {@code revision}. */
    public Builder maxCreateRevision(Revision revision) {
      this.maxCreateRevision = revision;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if only a count is asked for, but with an order or bounds of
     *     revisions, which etcd would pass over; or if a lower bound is above its upper one
     */
    public GetOptions build() {
      GetOptions options = new GetOptions(this);
      if (countOnly && !options.isInOrderOfKeys()) {
        throw new IllegalArgumentException(
            "countOnly must come without a sort, was with " + sortTarget + " " + sortOrder);
      }
      if (countOnly && hasBounds()) {
        throw new IllegalArgumentException(
            "countOnly must come without bounds of mod and create revisions,"
                + " because etcd counts the whole range, was with some");
      }
      requireOrdered("ModRevision", minModRevision, maxModRevision);
      requireOrdered("CreateRevision", minCreateRevision, maxCreateRevision);
      return options;
    }

    private boolean hasBounds() {
      return minModRevision.value() != 0
          || maxModRevision.value() != 0
          || minCreateRevision.value() != 0
          || maxCreateRevision.value() != 0;
    }

    private static void requireOrdered(String what, Revision min, Revision max) {
      if (max.value() != 0 && min.compareTo(max) > 0) {
        throw new IllegalArgumentException(
            "min" + what + " must be at most max" + what + " " + max + ", was " + min);
      }
    }
  }
}
