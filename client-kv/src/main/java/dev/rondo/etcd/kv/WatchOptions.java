package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a range is watched. */
public final class WatchOptions {
  /** All changes from now on. */
  public static final WatchOptions DEFAULT = new Builder().build();

  private final Revision startRevision;
  private final boolean prevKv;
  private final boolean puts;
  private final boolean deletes;
  private final boolean progressNotify;
  private final int bufferEvents;
  private final long bufferBytes;
  private final boolean endsWhenFull;
  private final boolean resyncsWhenCompacted;
  private final @Nullable Duration createdTimeout; // null for that of the client's calls

  private WatchOptions(Builder builder) {
    this.startRevision = builder.startRevision;
    this.prevKv = builder.prevKv;
    this.puts = builder.puts;
    this.deletes = builder.deletes;
    this.progressNotify = builder.progressNotify;
    this.bufferEvents = builder.bufferEvents;
    this.bufferBytes = builder.bufferBytes;
    this.endsWhenFull = builder.endsWhenFull;
    this.resyncsWhenCompacted = builder.resyncsWhenCompacted;
    this.createdTimeout = builder.createdTimeout;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  static WatchOptions of(Consumer<Builder> changes) {
    Builder builder = new Builder();
    changes.accept(builder);
    return builder.build();
  }

  /** The first revision that is told; {@link Revision#NONE} for all that come after now. */
  public Revision startRevision() {
    return startRevision;
  }

  /** Whether changes tell what the key was before. */
  public boolean isPrevKv() {
    return prevKv;
  }

  /** Whether writes are told. */
  public boolean hasPuts() {
    return puts;
  }

  /** Whether deletions are told. */
  public boolean hasDeletes() {
    return deletes;
  }

  /** Whether progress is told. */
  public boolean isProgressNotify() {
    return progressNotify;
  }

  /** How many events the buffer takes. */
  public int bufferEvents() {
    return bufferEvents;
  }

  /** How many bytes of keys and values the buffer takes. */
  public long bufferBytes() {
    return bufferBytes;
  }

  /** Whether the watch ends when its buffer is full, instead of waiting. */
  public boolean endsWhenFull() {
    return endsWhenFull;
  }

  /** Whether the watch reads the range anew when it missed changes that were compacted. */
  public boolean resyncsWhenCompacted() {
    return resyncsWhenCompacted;
  }

  /** How long the server may take to create it; empty for the timeout of the client's calls. */
  public Optional<Duration> createdTimeout() {
    return Optional.ofNullable(createdTimeout);
  }

  /** Collects options. Not safe for use by many threads. */
  public static final class Builder {
    private Revision startRevision = Revision.NONE;
    private boolean prevKv;
    private boolean puts = true;
    private boolean deletes = true;
    private boolean progressNotify;
    private int bufferEvents = 10_000;
    private long bufferBytes = 16L << 20;
    private boolean endsWhenFull;
    private boolean resyncsWhenCompacted;
    private @Nullable Duration createdTimeout;

    private Builder() {}

    /**
     * Tells the changes from this revision on, past ones included.
     *
     * @param revision {@link Revision#NONE}, the default, for all that come after the watch was
     *     created
     */
    public Builder startRevision(Revision revision) {
      this.startRevision = revision;
      return this;
    }

    /** Tells with each change what the key was before. */
    public Builder prevKv() {
      this.prevKv = true;
      return this;
    }

    /** Leaves out writes. */
    public Builder noPuts() {
      this.puts = false;
      return this;
    }

    /** Leaves out deletions. */
    public Builder noDeletes() {
      this.deletes = false;
      return this;
    }

    /**
     * Tells of progress where there are no changes to tell: up to which revision there are none.
     * The client asks for it about once a minute, and etcd sends it every ten minutes by default.
     */
    public Builder progressNotify() {
      this.progressNotify = true;
      return this;
    }

    /**
     * Holds this many events at most that came and are not consumed yet; a single revision that has
     * more is held as a whole.
     *
     * @param events at least 1; 10,000 by default
     */
    public Builder bufferEvents(int events) {
      if (events < 1) {
        throw new IllegalArgumentException("bufferEvents must be at least 1, was " + events);
      }
      this.bufferEvents = events;
      return this;
    }

    /**
     * Holds events of this many bytes at most that came and are not consumed yet: their keys,
     * values and previous values. A single revision that has more is held as a whole.
     *
     * @param bytes at least 1; 16 MiB by default
     */
    public Builder bufferBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("bufferBytes must be at least 1, was " + bytes);
      }
      this.bufferBytes = bytes;
      return this;
    }

    /**
     * Ends the watch with {@link WatchEnd.Overflowed} when its buffer is full. By default it waits
     * then: the server keeps what comes next until half of the buffer was consumed, or until that
     * is compacted.
     */
    public Builder endWhenFull() {
      this.endsWhenFull = true;
      return this;
    }

    /**
     * Goes on when changes that were not told yet have been compacted: tells in their place all
     * that the range holds, as {@link WatchEvent.Resynced}. Filters do not apply to that. By
     * default the watch ends with {@link WatchEnd.Compacted}.
     */
    public Builder resyncWhenCompacted() {
      this.resyncsWhenCompacted = true;
      return this;
    }

    /**
     * Fails if the server has not created the watch after this time.
     *
     * @param timeout at least 1 ms; by default the timeout of the client's calls
     */
    public Builder createdTimeout(Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
        throw new IllegalArgumentException(
            "createdTimeout must be at least PT0.001S, was " + timeout);
      }
      this.createdTimeout = timeout;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws IllegalArgumentException if neither writes nor deletions are to be told
     */
    public WatchOptions build() {
      if (!puts && !deletes) {
        throw new IllegalArgumentException(
            "a watch must tell writes or deletions, but noPuts and noDeletes were both called");
      }
      return new WatchOptions(this);
    }
  }
}
