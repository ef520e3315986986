package dev.rondo.etcd.companion.storage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The oldest revision that can be read, and whoever still relies on it.
 *
 * <p>A compaction puts a new floor above this one. What lies between the two may be swept when
 * nobody holds this one any more, nor one before it: a floor is also held by the one that it
 * follows, until that one is free and its sweep is done. So sweeps run one after another, in order.
 */
final class Floor {
  private final long revision;
  private final AtomicInteger holders;
  private final CompletableFuture<Void> swept;
  private volatile Runnable whenFree = () -> {}; // set once, before the last holder can leave

  private Floor(long revision, boolean swept) {
    this.revision = revision;
    this.swept = swept ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
    this.holders = new AtomicInteger(swept ? 1 : 2); // it is the newest; and it follows another
  }

  /** A floor with nothing below it. */
  static Floor clean(long revision) {
    return new Floor(revision, true);
  }

  /** A floor that follows another, which is to be retired. */
  static Floor above(long revision) {
    return new Floor(revision, false);
  }

  long revision() {
    return revision;
  }

  /** Whether all that lies below is gone. */
  boolean isSwept() {
    return swept.isDone();
  }

  /** Completes when all that lies below is gone. */
  CompletableFuture<Void> swept() {
    return swept.copy();
  }

  /** Returns false if this floor is free already: then there is a newer one to hold. */
  boolean hold() {
    return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      whenFree.run();
    }
  }

  /** Says that there is a newer floor, and what to do when nobody holds this one any more. */
  void retire(Runnable whenFree) {
    this.whenFree = whenFree;
    release();
  }

  /** Says that all below is gone. */
  void markSwept() {
    swept.complete(null);
    release();
  }
}
