package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Status;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a call: where it may go, where it went, and whether it left this process.
 *
 * <p>gRPC calls the tracer's methods on the transport's event loop; whoever reads what they noted
 * does so after the call was closed, which comes later on the same loop, or asks for what is
 * volatile.
 */
public final class Attempt extends ClientStreamTracer {
  private static final CallOptions.Key<Attempt> KEY =
      CallOptions.Key.create("dev.rondo.etcd.attempt");

  private final boolean isRepeat;
  private final Set<Endpoint> avoided;
  private final @Nullable Endpoint pinned;
  private final @Nullable Runnable onEndpointGone;
  private volatile @Nullable EndpointLink link;
  private volatile boolean isStarted;
  private volatile boolean hasLeft;

  /**
   * Makes an attempt.
   *
   * @param isRepeat whether another attempt went before it, which had its turn in the ring
   * @param avoided endpoints to pass over as long as another is connected; never changed later
   * @param pinned the only endpoint that will do, or null for any
   * @param onEndpointGone what to do when the endpoint is taken out of the list while the attempt
   *     is there; null to go on there to the end
   */
  public Attempt(
      boolean isRepeat,
      Set<Endpoint> avoided,
      @Nullable Endpoint pinned,
      @Nullable Runnable onEndpointGone) {
    this.isRepeat = isRepeat;
    this.avoided = avoided;
    this.pinned = pinned;
    this.onEndpointGone = onEndpointGone;
  }

  /** Returns options that carry this attempt to the balancer. */
  public CallOptions in(CallOptions options) {
    return options.withOption(KEY, this);
  }

  static @Nullable Attempt of(CallOptions options) {
    return options.getOption(KEY);
  }

  /** Where the attempt went last; null if it was never handed to an endpoint. */
  public @Nullable Endpoint endpoint() {
    EndpointLink current = link;
    return current == null ? null : current.endpoint();
  }

  /**
   * Whether a transport was given the attempt. If not, no byte of it ever left, however the call
   * ended.
   */
  public boolean isStarted() {
    return isStarted;
  }

  /**
   * Whether the headers were written to the socket. As long as they were not, the server cannot
   * have seen the request: true proof only once the transport itself has closed the call, because a
   * call that was cancelled from this side may still be in the transport's queue.
   */
  public boolean hasLeft() {
    return hasLeft;
  }

  @Nullable Endpoint pinned() {
    return pinned;
  }

  boolean isRepeat() {
    return isRepeat;
  }

  boolean avoids(Endpoint endpoint) {
    return avoided.contains(endpoint);
  }

  /**
   * A stream is made for this attempt: the first, or another after gRPC saw the one before refused
   * unprocessed.
   */
  void startedOn(EndpointLink link) {
    this.link = link;
    hasLeft = false;
    isStarted = true;
    link.add(this);
  }

  void endpointGone() {
    if (onEndpointGone != null) {
      onEndpointGone.run();
    }
  }

  @Override
  public void outboundHeaders() {
    hasLeft = true;
  }

  @Override
  public void streamClosed(Status status) {
    EndpointLink current = link;
    if (current != null) {
      current.remove(this);
    }
  }
}
