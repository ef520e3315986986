package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.companion.error.EtcdError;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * All that a store holds from one load to the next. Written by one thread; read through {@link
 * View}.
 */
final class Contents {
  private final Index index = new Index();
  private final RevisionLog log = new RevisionLog();
  private final Footprint footprint = new Footprint();
  private final CompactionHashes hashes = new CompactionHashes();
  private volatile Floor floor;

  /** The newest revision. Written last, so that who reads it sees all that belongs to it. */
  private volatile long revision;

  Contents(long compactRevision, long revision) {
    this.floor = Floor.clean(compactRevision);
    this.revision = revision;
  }

  Index index() {
    return index;
  }

  RevisionLog log() {
    return log;
  }

  Footprint footprint() {
    return footprint;
  }

  CompactionHashes hashes() {
    return hashes;
  }

  Floor floor() {
    return floor;
  }

  long revision() {
    return revision;
  }

  /** Lets everybody see the next revision, whose versions are in the index already. */
  void publish(List<Version> versions) {
    long next = revision + 1;
    versions.forEach(footprint::add);
    log.append(next, versions);
    revision = next;
  }

  void compact(long newFloor, Executor background) {
    var old = floor;
    if (newFloor <= old.revision()) {
      throw EtcdError.COMPACTED.exception();
    }
    if (newFloor > revision) {
      throw EtcdError.FUTURE_REVISION.exception();
    }
    if (old.isSwept()) { // else the hash would depend on how far that is: etcd takes none, either
      hashBelow(newFloor, background);
    }
    var next = Floor.above(newFloor);
    floor = next;
    old.retire(() -> background.execute(new Sweep(this, old.revision(), next)));
  }

  private void hashBelow(long newFloor, Executor background) {
    var view = View.of(this); // holds the old floor, and with it the sweep, until it is hashed
    var hash =
        hashes.add(
            newFloor,
            () -> {
              try (view) {
                return KeyValueHash.atCompaction(view, newFloor);
              }
            });
    background.execute(hash);
  }
}
