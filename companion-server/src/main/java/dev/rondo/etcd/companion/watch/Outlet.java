package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.wire.WatchResponse;

/**
 * A client's end of a stream, as {@link WatchStream} needs it. Used by one thread at a time.
 *
 * <p>When it becomes ready again it must say so by {@link WatchStream#resume}.
 */
public interface Outlet {
  /** Whether the client keeps up. A message that is sent nevertheless waits in memory. */
  boolean isReady();

  void send(WatchResponse response);

  /** Lets so many more requests in. */
  void request(int count);

  /** Ends the stream, which may have ended by itself meanwhile. */
  void fail(RuntimeException cause);
}
