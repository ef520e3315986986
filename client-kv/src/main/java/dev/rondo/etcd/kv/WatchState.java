package dev.rondo.etcd.kv;

/** How a watch stands. */
public enum WatchState {
  /** The server has not created it yet. */
  STARTING,
  /** Changes are told as they come. */
  ACTIVE,
  /** It was cut off, or found no endpoint, and goes on elsewhere as soon as it can. */
  DISCONNECTED,
  /** Its buffer is full. It takes more from the server once half of that was consumed. */
  BEHIND,
  /** It lost its place to a compaction, and tells all that there is. */
  RESYNCING,
  /** It is over for a {@linkplain WatchEnd reason}. */
  ENDED,
  /** Its user closed it. */
  CLOSED
}
