package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * Keys were deleted.
 *
 * @param header where and when
 * @param deleted how many keys were deleted; 0 if there were none
 * @param previous the keys as they were before; empty if nobody asked
 */
public record DeleteResult(ResponseHeader header, long deleted, List<KeyValue> previous) {
  /** Copies the list. */
  public DeleteResult {
    previous = List.copyOf(previous);
  }
}
