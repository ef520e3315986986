package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * What was read through a typed view.
 *
 * @param header where and when the answer was made
 * @param kvs the keys found, up to the limit
 * @param count how many keys the range has, whatever the limit and the bounds of revisions
 * @param more whether the limit left keys out
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public record TypedRangeResult<K, V>(
    ResponseHeader header, List<TypedKeyValue<K, V>> kvs, long count, boolean more) {
  /** Copies the list. */
  public TypedRangeResult {
    kvs = List.copyOf(kvs);
  }
}
