package dev.rondo.etcd.cluster;

import com.google.protobuf.Message;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.FakeTime;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/** Answers calls from a script and remembers them; streams are played by the test itself. */
final class FakeCalls implements Calls {
  /** A call as it was made. */
  record Made(Rpc<?, ?> rpc, Message request, Optional<Endpoint> endpoint, CallSettings settings) {
    <Q extends Message> Q request(Class<Q> type) {
      return type.cast(request);
    }
  }

  /** Answers one call, now or later; the endpoint is empty where any will do. */
  interface Script<Q, R> {
    CompletableFuture<R> answer(Optional<Endpoint> endpoint, Q request);
  }

  /** What all calls over one connection share. */
  private record Shared(
      List<Endpoint> endpoints,
      FakeTime time,
      Map<String, Script<?, ?>> scripts,
      List<Made> made,
      List<FakeStream<?, ?>> streams) {}

  private final Shared shared;
  private final CallSettings settings;
  private final Optional<Endpoint> pin;

  FakeCalls(Endpoint... endpoints) {
    this(
        new Shared(
            List.of(endpoints),
            new FakeTime(),
            new ConcurrentHashMap<>(),
            new CopyOnWriteArrayList<>(),
            new CopyOnWriteArrayList<>()),
        CallSettings.DEFAULT,
        Optional.empty());
  }

  private FakeCalls(Shared shared, CallSettings settings, Optional<Endpoint> pin) {
    this.shared = shared;
    this.settings = settings;
    this.pin = pin;
  }

  <Q, R> void on(MethodDescriptor<Q, R> method, Script<Q, R> script) {
    shared.scripts.put(method.getFullMethodName(), script);
  }

  <Q, R> void reply(MethodDescriptor<Q, R> method, R answer) {
    on(method, (endpoint, request) -> CompletableFuture.completedFuture(answer));
  }

  /** The calls made so far, the oldest first. */
  List<Made> made() {
    return shared.made;
  }

  Made last() {
    return shared.made.get(shared.made.size() - 1);
  }

  @SuppressWarnings("unchecked") // tests know what they opened
  <Q, R> FakeStream<Q, R> stream() {
    return (FakeStream<Q, R>) shared.streams.get(shared.streams.size() - 1);
  }

  boolean hasStream() {
    return !shared.streams.isEmpty();
  }

  /** The scheduler and the executor. */
  FakeTime time() {
    return shared.time;
  }

  List<Endpoint> endpoints() {
    return shared.endpoints;
  }

  @Override
  public CallSettings settings() {
    return settings;
  }

  @Override
  public Calls with(CallSettings settings) {
    return new FakeCalls(shared, settings, pin);
  }

  @Override
  public Calls async() {
    return this;
  }

  @Override
  public Calls at(Endpoint endpoint) {
    if (!shared.endpoints.contains(endpoint)) {
      throw new IllegalArgumentException("no such endpoint: " + endpoint);
    }
    return new FakeCalls(shared, settings, Optional.of(endpoint));
  }

  @Override
  public Calls avoiding(Set<Endpoint> endpoints) {
    throw new UnsupportedOperationException("nobody avoids endpoints here");
  }

  @Override
  @SuppressWarnings("unchecked") // scripts are kept under the name of their method
  public <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    shared.made.add(new Made(rpc, (Message) request, pin, settings));
    var script = (Script<Q, R>) shared.scripts.get(rpc.method().getFullMethodName());
    var answer = script.answer(pin, request);
    CompletableFuture<T> call =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            answer.cancel(true);
            return super.cancel(mayInterruptIfRunning);
          }
        };
    var unused =
        answer.whenComplete(
            (response, failure) -> {
              if (failure == null) {
                call.complete(result.apply(response));
              } else {
                call.completeExceptionally(failure);
              }
            });
    return call;
  }

  @Override
  public <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener) {
    var stream = new FakeStream<>(rpc, pin, executor, listener);
    shared.streams.add(stream);
    return stream;
  }

  @Override
  public <S> S shared(Class<S> type, Supplier<S> make) {
    throw new UnsupportedOperationException("nobody shares anything here");
  }

  @Override
  public ScheduledExecutorService scheduler() {
    return shared.time;
  }

  @Override
  public Executor executor() {
    return shared.time;
  }
}
