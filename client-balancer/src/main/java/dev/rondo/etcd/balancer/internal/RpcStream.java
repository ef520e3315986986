package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.balancer.Endpoint;
import java.util.Optional;

/**
 * One stream to one endpoint. It ends when that endpoint is cut off, and is never moved: its owner
 * opens another. Safe for use by many threads.
 *
 * @param <Q> request
 */
public interface RpcStream<Q> {
  /** Sends {@code message}, after those before it. Does nothing once the stream is over. */
  void send(Q message);

  /** Says that no more messages follow. */
  void halfClose();

  /** Whether a message sent now would leave at once instead of waiting in memory. */
  boolean isReady();

  /** Asks for {@code count} more messages than were asked for before; at least 1. */
  void request(int count);

  /** Ends the stream, on the wire too. The listener hears of it with code {@code CANCELLED}. */
  void cancel(String reason);

  /**
   * Says that the server refused the token of this stream in a message of its own, such as the
   * {@code cancel_reason} of a watch, so that the next stream logs in anew. Where the server ends
   * the stream for it, that is known without.
   */
  default void tokenRefused() {}

  /** Where the stream goes; empty as long as it waits for a connected endpoint. */
  Optional<Endpoint> endpoint();
}
