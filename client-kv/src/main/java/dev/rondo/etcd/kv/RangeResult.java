package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * What was read.
 *
 * @param header where and when the answer was made
 * @param kvs the keys found, up to the limit
 * @param count how many keys the range has, whatever the limit and the bounds of revisions
 * @param more whether the limit left keys out
 */
public record RangeResult(ResponseHeader header, List<KeyValue> kvs, long count, boolean more) {
  /** Copies the list. */
  public RangeResult {
    kvs = List.copyOf(kvs);
  }
}
