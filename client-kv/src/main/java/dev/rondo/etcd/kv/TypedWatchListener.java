package dev.rondo.etcd.kv;

/**
 * Hears what a watch tells through a typed view. Called as a {@link WatchListener} is: one at a
 * time and in order, on the connection's executor, where it may block.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
@FunctionalInterface
public interface TypedWatchListener<K, V> {
  /** Changes of whole revisions, or one notice, but for what could not be decoded. */
  void onBatch(TypedWatchBatch<K, V> batch);

  /** The watch is over, and nothing follows. Not called after {@link Watch#close}. */
  default void onEnd(WatchEnd end) {}

  /**
   * This listener threw something, or, with a {@link DecodingException}, something could not be
   * decoded: a change or a key of a resync, which the next batch lacks, or what a key was before.
   * It was logged, and the watch goes on.
   */
  default void onError(Throwable thrown) {}
}
