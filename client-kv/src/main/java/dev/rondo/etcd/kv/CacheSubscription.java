package dev.rondo.etcd.kv;

/** A listener of a cache, until this is closed. */
public interface CacheSubscription extends AutoCloseable {
  /**
   * Ends it. Never blocks, and may be called from the listener. No call of the listener begins
   * after this; one that runs on another thread may still be under way. Closing twice does no harm.
   */
  @Override
  void close();
}
