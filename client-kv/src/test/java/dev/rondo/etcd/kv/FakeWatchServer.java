package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.testing.FakeTime;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.StatusResponse;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A cluster of three members that serve watches of one store, on fake time. They do what etcd does:
 * answer creates in order, send the history in batches and then each revision as it is made, in
 * fragments if told so, and never more messages than were asked for. Streams go to the first member
 * that is not avoided.
 */
final class FakeWatchServer implements Calls {
  static final Endpoint A = Endpoint.parse("http://a:2379");
  static final Endpoint B = Endpoint.parse("http://b:2379");
  static final Endpoint C = Endpoint.parse("http://c:2379");

  final ModelStore store = new ModelStore();
  final List<Stream> streams = new ArrayList<>();
  final List<RangeRequest> reads = new ArrayList<>();
  final Deque<EtcdException> readFailures = new ArrayDeque<>(); // of the next reads
  final Set<Endpoint> down = new HashSet<>(); // end every stream
  final Set<Endpoint> silent = new HashSet<>(); // answer nothing
  boolean isConnected = true;
  boolean choosesIds; // as a proxy does
  boolean answersProgressEarly; // before the changes up to it, as etcd did once
  String version = "3.5.16";
  long readBehind; // the last revision that the member of the next read knows; 0 for all
  int fragment; // how many events there are in a message; 0 for no limit
  int historyBatch = 3; // how many revisions there are in a batch of the history

  /** Sees each message before it leaves, and may end the stream. */
  BiConsumer<Stream, WatchResponse> beforeSending = (stream, message) -> {};

  /** Sees each request to create a watch, and returns the reason to refuse it; or "". */
  Function<WatchCreateRequest, String> refusal = request -> "";

  private final FakeTime time;
  private final Watcher watcher;
  private final Map<Class<?>, Object> shared = new HashMap<>();
  private final List<Runnable> forUsers = new ArrayList<>();
  private Set<Endpoint> avoided = Set.of();

  FakeWatchServer(FakeTime time) {
    this.time = time;
    this.watcher = new Watcher(this, time, time::nanoTime, () -> 0);
    shared.put(Watcher.class, watcher);
  }

  static EtcdException failure(Code code) {
    return new EtcdException(
        code, WriteOutcome.NOT_APPLIED, new EtcdException.Call("test", null, 1), "broken", null);
  }

  Watcher watcher() {
    return watcher;
  }

  List<Stream> open() {
    return streams.stream().filter(stream -> !stream.isOver).toList();
  }

  Stream stream() {
    return open().get(0);
  }

  int watches() {
    return open().stream().mapToInt(stream -> stream.watches.size()).sum();
  }

  /** Sends what there is to send. */
  void pump() {
    List.copyOf(streams).forEach(Stream::pump);
  }

  /** Runs what was handed to the connection's executor, the last first, as many threads might. */
  void runUsers() {
    while (!forUsers.isEmpty()) {
      forUsers.remove(forUsers.size() - 1).run();
    }
  }

  boolean hasUserTasks() {
    return !forUsers.isEmpty();
  }

  private final class Watching {
    private final long id;
    private final WatchCreateRequest request;
    private final KeyRange range;
    private long next;

    Watching(long id, WatchCreateRequest request, long next) {
      this.id = id;
      this.request = request;
      this.range =
          new KeyRange(ModelStore.bytes(request.getKey()), ModelStore.bytes(request.getRangeEnd()));
      this.next = next;
    }

    private boolean wants(Event event) {
      return range.contains(ModelStore.bytes(event.getKv().getKey()))
          && !request
              .getFiltersList()
              .contains(
                  event.getType() == Event.EventType.PUT
                      ? WatchCreateRequest.FilterType.NOPUT
                      : WatchCreateRequest.FilterType.NODELETE);
    }

    private boolean isSynced() {
      return next > store.revision();
    }

    /** The next batch of whole revisions, which may be empty. */
    private List<Event> take() {
      List<Event> batch = new ArrayList<>();
      int revisions = 0;
      for (var change : store.from(next, request.getPrevKv()).entrySet()) {
        change.getValue().stream().filter(this::wants).forEach(batch::add);
        next = change.getKey() + 1;
        revisions++;
        if (revisions == historyBatch) {
          return batch;
        }
      }
      next = store.revision() + 1;
      return batch;
    }
  }

  /** One stream, and the member's side of it. */
  final class Stream implements RpcStream<WatchRequest> {
    final Endpoint endpoint;
    final List<WatchRequest> requests = new ArrayList<>();
    private final Map<Long, Watching> watches = new LinkedHashMap<>();
    private final Deque<WatchResponse> outbox = new ArrayDeque<>();
    private final Executor executor;
    private final StreamListener<WatchResponse> listener;
    private int credit;
    boolean isOver;
    boolean isTokenRefused;
    String cancelled = "";

    Stream(Endpoint endpoint, Executor executor, StreamListener<WatchResponse> listener) {
      this.endpoint = endpoint;
      this.executor = executor;
      this.listener = listener;
    }

    List<WatchCreateRequest> creates() {
      return requests.stream()
          .filter(WatchRequest::hasCreateRequest)
          .map(WatchRequest::getCreateRequest)
          .toList();
    }

    long progressRequests() {
      return requests.stream().filter(WatchRequest::hasProgressRequest).count();
    }

    long cancels() {
      return requests.stream().filter(WatchRequest::hasCancelRequest).count();
    }

    /** Ends the stream; null is a good end. */
    void end(EtcdException failure) {
      if (!isOver) {
        isOver = true;
        watches.clear();
        outbox.clear();
        executor.execute(() -> listener.onEnd(failure));
      }
    }

    WatchResponse.Builder message(long id) {
      return WatchResponse.newBuilder()
          .setHeader(ResponseHeader.newBuilder().setRevision(store.revision()))
          .setWatchId(id);
    }

    void put(WatchResponse message) {
      outbox.add(message);
      deliver();
    }

    private void deliver() {
      while (credit > 0 && !outbox.isEmpty() && !isOver) {
        WatchResponse message = outbox.remove();
        beforeSending.accept(this, message);
        if (!isOver) {
          credit--;
          executor.execute(() -> listener.onMessage(message));
        }
      }
    }

    private void pump() {
      if (!isOver && down.contains(endpoint)) {
        end(failure(Code.UNAVAILABLE));
      }
      for (Watching watch : List.copyOf(watches.values())) {
        while (!isOver && outbox.isEmpty() && watches.containsValue(watch) && !watch.isSynced()) {
          if (watch.next < store.compacted()) {
            watches.remove(watch.id);
            put(message(watch.id).setCanceled(true).setCompactRevision(store.compacted()).build());
          } else {
            put(watch.id, watch.take());
          }
        }
      }
    }

    private void put(long id, List<Event> batch) {
      int size = fragment == 0 ? Math.max(1, batch.size()) : fragment;
      for (int i = 0; i < batch.size() && !isOver; i += size) {
        int end = Math.min(i + size, batch.size());
        put(
            message(id)
                .addAllEvents(batch.subList(i, end))
                .setFragment(end < batch.size())
                .build());
      }
    }

    /** Tells each watch of progress, as etcd does by itself. */
    void progress() {
      pump();
      for (Watching watch : List.copyOf(watches.values())) {
        if (watch.isSynced()) {
          put(message(watch.id).build());
        }
      }
    }

    @Override
    public void send(WatchRequest message) {
      requests.add(message);
      if (isOver || silent.contains(endpoint) || down.contains(endpoint)) {
        return;
      }
      if (message.hasCreateRequest()) {
        create(message.getCreateRequest());
      } else if (message.hasCancelRequest()) {
        long id = message.getCancelRequest().getWatchId();
        if (watches.remove(id) != null) {
          put(message(id).setCanceled(true).build());
        }
      } else if (answersProgressEarly) {
        outbox.addFirst(message(-1).build());
        deliver();
      } else {
        pump();
        if (watches.values().stream().allMatch(Watching::isSynced)) {
          put(message(-1).build());
        }
      }
    }

    private void create(WatchCreateRequest request) {
      String reason = refusal.apply(request);
      if (!reason.isEmpty()) {
        put(message(-1).setCreated(true).setCanceled(true).setCancelReason(reason).build());
        return;
      }
      long id = choosesIds ? creates().size() - 1L : request.getWatchId();
      long start = request.getStartRevision();
      watches.put(id, new Watching(id, request, start == 0 ? store.revision() + 1 : start));
      put(message(id).setCreated(true).build());
      pump();
    }

    @Override
    public void halfClose() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isReady() {
      return !isOver;
    }

    @Override
    public void request(int count) {
      credit += count;
      deliver();
      pump();
    }

    @Override
    public void cancel(String reason) {
      cancelled = reason;
      end(failure(Code.CANCELLED));
    }

    @Override
    public void tokenRefused() {
      isTokenRefused = true;
    }

    @Override
    public Optional<Endpoint> endpoint() {
      return isConnected ? Optional.of(endpoint) : Optional.empty();
    }
  }

  @Override
  @SuppressWarnings("unchecked") // only watches are streams here
  public <Q, R> RpcStream<Q> open(Rpc<Q, R> rpc, Executor executor, StreamListener<R> listener) {
    List<Endpoint> ring = new ArrayList<>(List.of(A, B, C));
    if (!avoided.containsAll(ring)) {
      ring.removeAll(avoided);
    }
    Stream stream = new Stream(ring.get(0), executor, (StreamListener<WatchResponse>) listener);
    streams.add(stream);
    time.execute(stream::pump);
    return (RpcStream<Q>) stream;
  }

  @Override
  @SuppressWarnings("unchecked") // each answer belongs to its request
  public <Q, R, T> CompletableFuture<T> call(
      Rpc<Q, R> rpc, Q request, Function<? super R, ? extends T> result) {
    if (!(request instanceof RangeRequest read)) {
      R status = (R) StatusResponse.newBuilder().setVersion(version).build();
      return CompletableFuture.completedFuture(result.apply(status));
    }
    reads.add(read);
    EtcdException failure = readFailures.poll();
    if (failure == null && read.getRevision() > 0 && read.getRevision() < store.compacted()) {
      failure = failure(Code.COMPACTED);
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    long last = readBehind > 0 ? readBehind : store.revision();
    readBehind = 0;
    return CompletableFuture.completedFuture(result.apply((R) store.answer(read, last)));
  }

  /** Closes the connection. */
  void close() throws Exception {
    for (Object one : List.copyOf(shared.values())) {
      ((AutoCloseable) one).close();
    }
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
    return this;
  }

  @Override
  public <S> S shared(Class<S> type, Supplier<S> make) {
    return type.cast(shared.computeIfAbsent(type, absent -> make.get()));
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
