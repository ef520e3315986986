package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is opened once there is a token for it. What its owner does with it before is held
 * back, and done then in the same order.
 */
final class StreamAfterLogin<Q, R> implements RpcStream<Q> {
  private final GrpcCalls calls;
  private final Rpc<Q, R> rpc;
  private final Executor executor;
  private final StreamListener<R> listener;
  private final CompletableFuture<Token> token;
  private volatile @Nullable GrpcStream<Q, R> stream;
  private volatile String cancelled = "the client was closed";

  /** Null once all was done that had been held back. Guarded by this. */
  private @Nullable List<Consumer<RpcStream<Q>>> held = new ArrayList<>();

  private StreamAfterLogin(
      GrpcCalls calls,
      TokenSource tokens,
      Rpc<Q, R> rpc,
      Executor executor,
      StreamListener<R> listener) {
    this.calls = calls;
    this.rpc = rpc;
    this.executor = executor;
    this.listener = listener;
    this.token = tokens.next();
  }

  static <Q, R> RpcStream<Q> open(
      GrpcCalls calls,
      TokenSource tokens,
      Rpc<Q, R> rpc,
      Executor executor,
      StreamListener<R> listener) {
    StreamAfterLogin<Q, R> stream = new StreamAfterLogin<>(calls, tokens, rpc, executor, listener);
    calls.connection().opened(stream);
    var unused = stream.token.whenComplete(stream::loggedIn);
    return stream;
  }

  private void loggedIn(@Nullable Token found, @Nullable Throwable failure) {
    calls.connection().ended(this);
    if (failure != null) {
      executor.execute(() -> listener.onEnd(exception(failure)));
      return;
    }
    GrpcStream<Q, R> opened = new GrpcStream<>(calls, rpc, executor, listener, found);
    stream = opened; // before it can call back
    opened.start();
    for (var next = nextHeld(); !next.isEmpty(); next = nextHeld()) {
      next.forEach(action -> action.accept(opened));
    }
  }

  private synchronized List<Consumer<RpcStream<Q>>> nextHeld() {
    List<Consumer<RpcStream<Q>>> next = Objects.requireNonNull(held);
    held = next.isEmpty() ? null : new ArrayList<>();
    return next;
  }

  private EtcdException exception(Throwable failure) {
    AttemptFailure ended =
        Login.failure(failure)
            .map(AttemptFailure::ofLogin)
            .orElseGet(() -> AttemptFailure.withoutToken(Code.CANCELLED, cancelled));
    return new EtcdException(
        calls.connection().isClosed() ? Code.CLOSED : ended.code(),
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call(rpc.operation(), null, 0),
        ended.detail(),
        ended.getCause());
  }

  private void whenOpen(Consumer<RpcStream<Q>> action) {
    synchronized (this) {
      if (held != null) {
        held.add(action);
        return;
      }
    }
    action.accept(Objects.requireNonNull(stream));
  }

  @Override
  public void send(Q message) {
    whenOpen(open -> open.send(message));
  }

  @Override
  public void halfClose() {
    whenOpen(RpcStream::halfClose);
  }

  @Override
  public boolean isReady() {
    GrpcStream<Q, R> open = stream;
    return open != null && open.isReady();
  }

  @Override
  public void request(int count) {
    whenOpen(open -> open.request(count));
  }

  @Override
  public void cancel(String reason) {
    cancelled = reason;
    whenOpen(open -> open.cancel(reason));
    token.cancel(false); // which does nothing once there is one
  }

  @Override
  public Optional<Endpoint> endpoint() {
    GrpcStream<Q, R> open = stream;
    return open == null ? Optional.empty() : open.endpoint();
  }

  @Override
  public void tokenRefused() {
    GrpcStream<Q, R> open = stream;
    if (open != null) {
      open.tokenRefused();
    }
  }
}
