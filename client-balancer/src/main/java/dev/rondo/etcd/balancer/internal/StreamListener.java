package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.EtcdException;
import org.jspecify.annotations.Nullable;

/**
 * Hears what comes over one stream. Called one at a time and in order, on the executor that the
 * stream was opened with.
 *
 * @param <R> response
 */
public interface StreamListener<R> {
  /** {@link RpcStream#isReady} became true. */
  default void onReady() {}

  /**
   * The server sent {@code message}; the next one comes once {@link RpcStream#request} asked for
   * it.
   */
  void onMessage(R message);

  /**
   * The stream is over, and nothing follows.
   *
   * @param failure why, or null if the server ended it in good order
   */
  void onEnd(@Nullable EtcdException failure);
}
