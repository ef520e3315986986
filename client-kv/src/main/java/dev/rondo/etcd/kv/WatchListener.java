package dev.rondo.etcd.kv;

/**
 * Hears what a watch tells. Called one at a time and in order, on the connection's executor, where
 * it may block and make calls, too; as long as it does, this watch waits, and no other.
 */
@FunctionalInterface
public interface WatchListener {
  /** Changes of whole revisions, or one notice. */
  void onBatch(WatchBatch batch);

  /** The watch is over, and nothing follows. Not called after {@link Watch#close}. */
  default void onEnd(WatchEnd end) {}

  /** This listener threw something. It was logged, and the watch goes on with the next batch. */
  default void onError(Throwable thrown) {}
}
