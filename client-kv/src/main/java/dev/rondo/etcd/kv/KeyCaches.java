package dev.rondo.etcd.kv;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The caches of a connection, which end with it. Safe for use by many threads. */
final class KeyCaches implements AutoCloseable {
  private final Set<WatchedKeyCache> open = ConcurrentHashMap.newKeySet();

  void add(WatchedKeyCache cache) {
    open.add(cache);
  }

  void remove(WatchedKeyCache cache) {
    open.remove(cache);
  }

  /** Called when the connection closes. */
  @Override
  public void close() {
    open.forEach(WatchedKeyCache::connectionClosed);
  }
}
