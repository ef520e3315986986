package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * What a cached range held at one revision. Immutable, and stays what it is after the cache has
 * gone on or was closed; it costs nothing to take, and shares almost all of its memory with the
 * cache as long as that changes little.
 */
public final class CacheSnapshot {
  private final SortedKeys keys;
  private final Revision revision;
  private final NavigableMap<Bytes, KeyValue> map;

  CacheSnapshot(SortedKeys keys, Revision revision) {
    this.keys = keys;
    this.revision = revision;
    this.map = SortedKeysMap.of(keys);
  }

  /** The same keys, which are what the range holds at a later revision, too. */
  CacheSnapshot at(Revision later) {
    return new CacheSnapshot(keys, later);
  }

  SortedKeys keys() {
    return keys;
  }

  /** The revision up to which all changes of the range are in here, and none after it. */
  public Revision revision() {
    return revision;
  }

  /**
   * All keys in the order of etcd: byte by byte, unsigned. The map and everything that is made of
   * it never change, and refuse to be changed with an {@link UnsupportedOperationException}. Unlike
   * {@link java.util.TreeMap}, it knows the sizes of its parts without counting, and takes bounds
   * outside of a part for the part's own.
   */
  public NavigableMap<Bytes, KeyValue> map() {
    return map;
  }

  /** One key, in UTF-8; empty if there is none. */
  public Optional<KeyValue> get(String key) {
    return get(Bytes.utf8(key));
  }

  /** One key; empty if there is none. */
  public Optional<KeyValue> get(Bytes key) {
    return Optional.ofNullable(keys.get(key));
  }

  /** Tells the revision and the number of keys. */
  @Override
  public String toString() {
    return "CacheSnapshot[revision=" + revision + ", keys=" + keys.size() + "]";
  }
}
