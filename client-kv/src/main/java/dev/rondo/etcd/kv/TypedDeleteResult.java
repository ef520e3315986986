package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * Keys were deleted through a typed view.
 *
 * @param header where and when
 * @param deleted how many keys were deleted; 0 if there were none
 * @param previous the keys as they were before; empty if nobody asked
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public record TypedDeleteResult<K, V>(
    ResponseHeader header, long deleted, List<TypedKeyValue<K, V>> previous) {
  /** Copies the list. */
  public TypedDeleteResult {
    previous = List.copyOf(previous);
  }
}
