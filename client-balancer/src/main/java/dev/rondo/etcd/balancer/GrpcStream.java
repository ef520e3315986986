package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.channel.Attempt;
import dev.rondo.etcd.balancer.channel.Reach;
import dev.rondo.etcd.balancer.channel.Reason;
import dev.rondo.etcd.balancer.channel.Route;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.balancer.internal.TokenRefusal;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One stream on one endpoint. It leaves when its endpoint is taken out of the list. */
final class GrpcStream<Q, R> extends ClientCall.Listener<R> implements RpcStream<Q> {
  private final GrpcCalls calls;
  private final Rpc<Q, R> rpc;
  private final StreamListener<R> listener;
  private final @Nullable Token token;
  private final Attempt attempt;
  private final ClientCall<Q, R> call;
  private final Object sending = new Object(); // gRPC takes messages from one thread at a time
  private boolean isCancelled; // guarded by sending; gRPC throws at those who send after that
  private volatile boolean isOver;

  GrpcStream(
      GrpcCalls calls,
      Rpc<Q, R> rpc,
      Executor executor,
      StreamListener<R> listener,
      @Nullable Token token) {
    this.calls = calls;
    this.rpc = rpc;
    this.listener = listener;
    this.token = token;
    this.attempt =
        new Attempt(
            new Route(
                rpc.requiresLeader() ? Reach.VOTERS : Reach.ANY,
                0,
                calls.avoided(),
                calls.pinned()),
            rpc.method().getType() == MethodType.SERVER_STREAMING
                ? Attempt.Kind.DOWNLOAD
                : Attempt.Kind.STREAM);
    attempt.onLeave(why -> cancel(Reason.of(why)));
    CallOptions options = attempt.in(calls.options().withExecutor(executor));
    this.call = calls.connection().channel().newCall(rpc.method(), options);
  }

  /** A connection that is closing may cancel it at once, which gRPC takes only after the start. */
  void start() {
    call.start(this, calls.headers(rpc, token));
    calls.connection().opened(this);
    if (isOver) {
      calls.connection().ended(this); // it was over before it was known
    }
  }

  @Override
  public void send(Q message) {
    synchronized (sending) {
      if (!isCancelled) {
        call.sendMessage(message);
      }
    }
  }

  @Override
  public void halfClose() {
    synchronized (sending) {
      if (!isCancelled) {
        call.halfClose();
      }
    }
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void request(int count) {
    call.request(count);
  }

  @Override
  public void cancel(String reason) {
    synchronized (sending) {
      isCancelled = true;
    }
    call.cancel(reason, null);
  }

  @Override
  public Optional<Endpoint> endpoint() {
    return Optional.ofNullable(attempt.endpoint());
  }

  @Override
  public void tokenRefused() {
    TokenSource tokens = calls.tokens();
    if (tokens != null && token != null) {
      tokens.refused(token);
    }
  }

  @Override
  public void onReady() {
    listener.onReady();
  }

  @Override
  public void onMessage(R message) {
    listener.onMessage(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    isOver = true;
    calls.connection().ended(this);
    listener.onEnd(status.isOk() ? null : exception(AttemptFailure.of(status, attempt)));
  }

  private EtcdException exception(AttemptFailure failure) {
    if (TokenRefusal.is(failure.code())) {
      tokenRefused(); // before the owner hears of the end, and opens another stream
    }
    Endpoint endpoint = failure.endpoint();
    var at =
        new EtcdException.Call(rpc.operation(), endpoint == null ? null : endpoint.toString(), 1);
    Code code = calls.connection().isClosed() ? Code.CLOSED : failure.code();
    return new EtcdException(
        code, WriteOutcome.NOT_APPLIED, at, failure.detail(), failure.getCause());
  }
}
