package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.wire.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one key in one revision.
 *
 * @param keyValue what was put; of a delete, the key and the revision only
 * @param isDelete whether the key was deleted
 * @param previous what the key was before this revision, null if it was not there or if that
 *     revision cannot be read any more
 */
public record Change(KeyValue keyValue, boolean isDelete, @Nullable KeyValue previous) {
  /** The revision that this is part of. */
  public long revision() {
    return keyValue.getModRevision();
  }
}
