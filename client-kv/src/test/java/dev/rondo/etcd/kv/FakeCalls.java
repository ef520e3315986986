package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers each call before it returns, and keeps the RPCs that were called. */
final class FakeCalls implements Calls {
  private final Function<Object, Object> server;
  final List<Rpc<?, ?>> called = new ArrayList<>();

  /** Makes calls that {@code server} answers, which turns a request into its response. */
  FakeCalls(Function<Object, Object> server) {
    this.server = server;
  }

  @Override
  @SuppressWarnings("unchecked") // the server answers with what belongs to the request
  public <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    called.add(rpc);
    try {
      return CompletableFuture.completedFuture(result.apply((R) server.apply(request)));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CallSettings settings() {
    return CallSettings.DEFAULT;
  }

  @Override
  public Calls with(CallSettings settings) {
    return this;
  }

  @Override
  public Calls async() {
    return this;
  }

  @Override
  public Calls at(Endpoint endpoint) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Calls avoiding(Set<Endpoint> endpoints) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <S> S shared(Class<S> type, Supplier<S> make) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledExecutorService scheduler() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Executor executor() {
    throw new UnsupportedOperationException();
  }
}
