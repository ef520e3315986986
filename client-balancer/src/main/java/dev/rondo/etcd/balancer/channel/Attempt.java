package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a call: where it may go, where it went, and whether it left this process.
 *
 * <p>gRPC calls the tracer's methods on the transport's event loop; whoever reads what they noted
 * does so after the call was closed, which comes later on the same loop, or asks for what is
 * volatile.
 */
public final class Attempt extends ClientStreamTracer {
  /** What is expected of an attempt, and when it is moved. */
  public enum Kind {
    /** An answer is due; may go elsewhere when it is long in coming. */
    READ,
    /** An answer is due; nobody knows what becomes of it when it is cut off. */
    WRITE,
    /** An answer in many pieces; is finished where it began. */
    DOWNLOAD,
    /** Lasts, and may be quiet. */
    STREAM
  }

  private static final CallOptions.Key<Attempt> KEY =
      CallOptions.Key.create("dev.rondo.etcd.attempt");

  private final Route route;
  private final Kind kind;
  private @Nullable Consumer<Status> leave; // set before the attempt is started
  private volatile @Nullable Line line;
  private volatile @Nullable Status leaving;
  private volatile boolean isStarted;
  private volatile boolean hasLeft;
  private volatile int start; // in ticks of the line's watch

  /**
   * Makes an attempt.
   *
   * @param route where it may go
   * @param kind what is expected of it
   */
  public Attempt(Route route, Kind kind) {
    this.route = route;
    this.kind = kind;
  }

  /**
   * Sets what cancels this attempt because its endpoint is silent or was taken out of the list. To
   * be called before the attempt is started; what it sets may be called more than once, on any
   * thread.
   */
  public void onLeave(Consumer<Status> leave) {
    this.leave = leave;
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
    Line current = line;
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

  /** Why the attempt was told to leave its endpoint; null if it was not. */
  public @Nullable Status leaving() {
    return leaving;
  }

  Route route() {
    return route;
  }

  Kind kind() {
    return kind;
  }

  /** How many ticks ago it was handed to its endpoint. */
  int age(int now) {
    return now - start;
  }

  /**
   * A stream is made for this attempt: the first, or another after gRPC saw the one before refused
   * unprocessed.
   */
  void startedOn(Line line, int now) {
    this.line = line;
    start = now;
    hasLeft = false;
    isStarted = true;
    line.add(this);
  }

  /** Tells it to go. */
  void leave(Status why) {
    if (leaving == null) {
      leaving = why;
    }
    if (leave != null) {
      leave.accept(why);
    }
  }

  @Override
  public void outboundHeaders() {
    hasLeft = true;
  }

  @Override
  public void inboundHeaders() {
    heard();
  }

  @Override
  public void inboundMessage(int sequence) {
    heard();
  }

  @Override
  public void inboundTrailers(Metadata trailers) {
    heard();
  }

  private void heard() {
    Line current = line;
    if (current != null) {
      current.heard();
    }
  }

  @Override
  public void streamClosed(Status status) {
    Line current = line;
    if (current != null) {
      current.remove(this, status);
    }
  }
}
