package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.List;

/**
 * Changes that brought a cache from one of its states to another.
 *
 * @param revision that of the cache after them
 * @param changes at least one, in the order in which they were made, those of one revision (of one
 *     transaction) never in two batches; those of a difference in the order of their keys
 * @param isDifference whether changes between the two states may have been left out, because they
 *     were compacted, or because the listener was too slow for them: only what has come of them is
 *     told, each key once
 */
public record CacheBatch(Revision revision, List<CacheChange> changes, boolean isDifference) {
  /** Copies the changes. */
  public CacheBatch {
    changes = List.copyOf(changes);
    if (changes.isEmpty()) {
      throw new IllegalArgumentException("a batch must have at least one change, had none");
    }
  }
}
