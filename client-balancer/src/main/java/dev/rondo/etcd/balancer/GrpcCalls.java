package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.channel.RequireLeader;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls over one connection in one way of making them. */
final class GrpcCalls implements Calls {
  /**
   * All calls wait for a connected endpoint; their deadline, or whoever holds the stream, ends the
   * wait.
   */
  private static final CallOptions OPTIONS = CallOptions.DEFAULT.withWaitForReady();

  private final GrpcConnection connection;
  private final CallSettings settings;
  private final boolean isAsync;
  private final @Nullable Endpoint pinned;
  private final Set<Endpoint> avoided;
  private final @Nullable TokenSource tokens;
  private final long timeoutNanos;

  GrpcCalls(
      GrpcConnection connection,
      CallSettings settings,
      boolean isAsync,
      @Nullable Endpoint pinned,
      Set<Endpoint> avoided,
      @Nullable TokenSource tokens) {
    this.connection = connection;
    this.settings = settings;
    this.isAsync = isAsync;
    this.pinned = pinned;
    this.avoided = avoided;
    this.tokens = tokens;
    this.timeoutNanos = settings.timeout().toNanos();
  }

  @Override
  public CallSettings settings() {
    return settings;
  }

  @Override
  public Calls with(CallSettings changed) {
    return new GrpcCalls(connection, changed, isAsync, pinned, avoided, tokens);
  }

  @Override
  public Calls async() {
    return new GrpcCalls(connection, settings, true, pinned, avoided, tokens);
  }

  @Override
  public Calls at(Endpoint endpoint) {
    connection.check(endpoint);
    return new GrpcCalls(connection, settings, isAsync, endpoint, avoided, tokens);
  }

  @Override
  public Calls avoiding(Set<Endpoint> endpoints) {
    return new GrpcCalls(connection, settings, isAsync, pinned, Set.copyOf(endpoints), tokens);
  }

  @Override
  public <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    UnaryCall<Q, R, T> call = new UnaryCall<>(this, rpc, request, result);
    call.start();
    return call;
  }

  @Override
  public <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener) {
    Token token = tokens == null ? null : tokens.current();
    return tokens != null && token == null
        ? StreamAfterLogin.open(this, tokens, rpc, executor, listener)
        : open(rpc, executor, listener, token);
  }

  <Q, R> RpcStream<Q> open(
      Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener, @Nullable Token token) {
    GrpcStream<Q, R> stream = new GrpcStream<>(this, rpc, executor, listener, token);
    stream.start();
    return stream;
  }

  @Override
  public <S> S shared(Class<S> type, Supplier<S> make) {
    return connection.shared(type, make);
  }

  @Override
  public ScheduledExecutorService scheduler() {
    return connection.scheduler();
  }

  @Override
  public Executor executor() {
    return connection.executor();
  }

  GrpcConnection connection() {
    return connection;
  }

  @Nullable Endpoint pinned() {
    return pinned;
  }

  Set<Endpoint> avoided() {
    return avoided;
  }

  /** Where these calls have their token from; null if they carry none. */
  @Nullable TokenSource tokens() {
    return tokens;
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  CallOptions options() {
    return OPTIONS;
  }

  Metadata headers(Rpc<?, ?> rpc, @Nullable Token token) {
    Metadata headers = new Metadata();
    if (rpc.requiresLeader()) {
      RequireLeader.addTo(headers);
    }
    if (token != null) {
      token.addTo(headers);
    }
    return headers;
  }

  /** Runs what completes a caller's future: here, or where callers may block. */
  void complete(Runnable completion) {
    if (isAsync) {
      connection.executor().execute(completion);
    } else {
      completion.run();
    }
  }
}
