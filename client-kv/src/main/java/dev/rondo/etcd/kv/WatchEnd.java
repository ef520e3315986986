package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;

/** Why a watch ended that its user did not close. */
public sealed interface WatchEnd {
  /**
   * The changes that come next were compacted, and the watch was not asked to {@linkplain
   * WatchOptions.Builder#resyncWhenCompacted resync}.
   *
   * @param revision the oldest revision that can still be read and watched
   */
  record Compacted(Revision revision) implements WatchEnd {}

  /**
   * The buffer was full, and the watch was asked to {@linkplain WatchOptions.Builder#endWhenFull
   * end then}. All that was in it was told before.
   *
   * @param revision a watch that starts here misses nothing
   */
  record Overflowed(Revision revision) implements WatchEnd {}

  /**
   * The next message for the watch is larger than {@code maxAnswerBytes} of the connection. It has
   * one event, or more where they fit into the server's limit of requests; see {@link
   * dev.rondo.etcd.balancer.ConnectionBuilder#maxAnswerBytes}. All that came before was told, and
   * other watches go on.
   *
   * @param revision a watch that starts here misses nothing, over a connection that takes more;
   *     {@link Revision#NONE} if not even the answer to its creation was taken
   */
  record TooLarge(Revision revision) implements WatchEnd {}

  /**
   * The cluster refuses the watch, for good.
   *
   * @param failure why
   */
  record Refused(EtcdException failure) implements WatchEnd {}

  /** The connection was closed. */
  record Disconnected() implements WatchEnd {}
}
