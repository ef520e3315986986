package dev.rondo.etcd.kv;

/**
 * Hears what changes in a cache. Called one at a time and in order, on the connection's executor,
 * where it may block and make calls, too; as long as it does, this listener waits, and neither the
 * cache nor another one.
 *
 * <p>Whoever applies all changes to the first snapshot has what the cache holds. What has come and
 * gone in between may be left out; whoever needs each single event watches the range instead. A
 * listener for which more than 10,000 changes or 16 MiB wait hears of the difference in place of
 * what comes next.
 */
@FunctionalInterface
public interface CacheListener {
  /** What the cache held when this began to listen; called before all else. */
  default void onStart(CacheSnapshot start) {}

  /** The cache has changed. */
  void onChange(CacheBatch batch);

  /** The cache is over, and nothing follows. Not called after {@link KeyCache#close}. */
  default void onEnd(CacheEnd end) {}

  /** This listener threw something. It was logged, and it goes on with the next batch. */
  default void onError(Throwable thrown) {}
}
