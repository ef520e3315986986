package dev.rondo.etcd.kv;

/** How a cache stands. */
public enum CacheState {
  /** It hears of changes as they are made. */
  ACTIVE,
  /** It is cut off, holds what it had, and goes on as soon as it can. */
  DISCONNECTED,
  /** Changes that it missed were compacted. It holds what it had, and reads the range again. */
  RELOADING,
  /** It is over for a {@linkplain CacheEnd reason}. */
  ENDED,
  /** Its user closed it. */
  CLOSED
}
