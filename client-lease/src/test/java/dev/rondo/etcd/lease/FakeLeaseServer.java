package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.FakeTime;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A cluster of three members that renews leases, on fake time. It answers every renewal at once
 * unless told otherwise. Streams go to the first member that is not avoided.
 */
final class FakeLeaseServer implements Calls {
  static final Endpoint A = Endpoint.parse("http://a:2379");
  static final Endpoint B = Endpoint.parse("http://b:2379");
  static final Endpoint C = Endpoint.parse("http://c:2379");

  /** What the server got, and when. */
  record Received(LeaseId id, Duration at) {}

  final List<Stream> streams = new ArrayList<>();
  final List<Received> received = new ArrayList<>();
  final Set<Endpoint> silent = new HashSet<>();
  final Set<LeaseId> gone = new HashSet<>();
  boolean isConnected = true;
  boolean isReady = true;
  long ttl = 12;
  private final FakeTime time;
  private final List<Runnable> forUsers = new ArrayList<>();
  private Set<Endpoint> avoided = Set.of();

  FakeLeaseServer(FakeTime time) {
    this.time = time;
  }

  static EtcdException failure(Code code) {
    return new EtcdException(
        code, WriteOutcome.NOT_APPLIED, new EtcdException.Call("test", null, 1), "broken", null);
  }

  List<LeaseId> renewals() {
    return received.stream().map(Received::id).toList();
  }

  List<Stream> open() {
    return streams.stream().filter(stream -> !stream.isOver).toList();
  }

  Stream stream() {
    return open().get(0);
  }

  void silence() {
    silent.addAll(List.of(A, B, C));
  }

  /** Runs what was handed to the connection's executor, the last first, as many threads might. */
  void runUsers() {
    while (!forUsers.isEmpty()) {
      forUsers.remove(forUsers.size() - 1).run();
    }
  }

  /** One stream, and the member's side of it. */
  final class Stream implements RpcStream<LeaseKeepAliveRequest> {
    final Endpoint endpoint;
    final List<LeaseId> requests = new ArrayList<>();
    boolean isOver;
    String cancelled = "";
    private final Executor executor;
    private final StreamListener<LeaseKeepAliveResponse> listener;

    Stream(Endpoint endpoint, Executor executor, StreamListener<LeaseKeepAliveResponse> listener) {
      this.endpoint = endpoint;
      this.executor = executor;
      this.listener = listener;
    }

    void answer(LeaseId id, long seconds) {
      LeaseKeepAliveResponse answer =
          LeaseKeepAliveResponse.newBuilder().setID(id.value()).setTTL(seconds).build();
      executor.execute(() -> listener.onMessage(answer));
    }

    /** Ends the stream; null is a good end. */
    void end(EtcdException failure) {
      isOver = true;
      executor.execute(() -> listener.onEnd(failure));
    }

    void becomeReady() {
      executor.execute(listener::onReady);
    }

    @Override
    public void send(LeaseKeepAliveRequest message) {
      LeaseId id = LeaseId.of(message.getID());
      requests.add(id);
      received.add(new Received(id, time.elapsed()));
      if (!silent.contains(endpoint)) {
        answer(id, gone.contains(id) ? 0 : ttl);
      }
    }

    @Override
    public void halfClose() {
      isOver = true;
    }

    @Override
    public boolean isReady() {
      return isConnected && isReady && !isOver;
    }

    @Override
    public void request(int count) {}

    @Override
    public void cancel(String reason) {
      cancelled = reason;
      end(failure(Code.CANCELLED));
    }

    @Override
    public Optional<Endpoint> endpoint() {
      return isConnected ? Optional.of(endpoint) : Optional.empty();
    }
  }

  @Override
  @SuppressWarnings("unchecked") // only renewals are streams here
  public <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener) {
    List<Endpoint> ring = new ArrayList<>(List.of(A, B, C));
    if (!avoided.containsAll(ring)) {
      ring.removeAll(avoided);
    }
    Stream stream =
        new Stream(ring.get(0), executor, (StreamListener<LeaseKeepAliveResponse>) listener);
    streams.add(stream);
    return (RpcStream<Q>) stream;
  }

  @Override
  public Calls avoiding(Set<Endpoint> endpoints) {
    avoided = Set.copyOf(endpoints);
    return this;
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
  public <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <S> S shared(Class<S> type, Supplier<S> make) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledExecutorService scheduler() {
    return time;
  }

  @Override
  public Executor executor() {
    return forUsers::add;
  }
}
