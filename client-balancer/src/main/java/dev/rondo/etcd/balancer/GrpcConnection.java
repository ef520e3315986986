package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.channel.ChannelListener;
import dev.rondo.etcd.balancer.channel.CredentialBundle;
import dev.rondo.etcd.balancer.channel.DnsClient;
import dev.rondo.etcd.balancer.channel.EndpointChannel;
import dev.rondo.etcd.balancer.channel.SilenceLimits;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.CallsSource;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel of gRPC with a scheduler and an executor, and the calls and streams that are on it.
 */
final class GrpcConnection implements Connection, CallsSource {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final ScheduledThreadPoolExecutor scheduler;
  private final ExecutorService ownExecutor;
  private final Executor executor;
  private final EventQueue events;
  private final EndpointChannel channel;
  private final @Nullable TokenSource tokens;
  private final GrpcCalls calls;
  private final Set<UnaryCall<?, ?, ?>> repeating = ConcurrentHashMap.newKeySet();
  private final Set<RpcStream<?>> streams = ConcurrentHashMap.newKeySet();
  private final Map<Class<?>, Object> shared = new ConcurrentHashMap<>();
  private final RetryBudget budget;
  private final Endpoint.Scheme scheme;
  private final DnsClient dns;
  private final Discovery discovery;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed =
      lock.newCondition(); // of how endpoints stand, of the calls under way, or to closed
  private volatile List<Endpoint> endpoints; // written under the lock
  private volatile boolean isClosing;
  private volatile boolean isClosed;
  private final AtomicInteger underWay = new AtomicInteger();

  GrpcConnection(
      EndpointPlan plan,
      @Nullable Tls tls,
      CallSettings settings,
      int maxAnswerBytes,
      ConnectionListener listener,
      @Nullable Executor executor,
      PickPolicy policy,
      SilenceLimits silence,
      GrpcTuning tuning,
      @Nullable Secrets secrets) {
    String name = "rondo-" + NUMBERS.incrementAndGet();
    this.scheduler = new ScheduledThreadPoolExecutor(1, daemons(name + "-timer"));
    this.scheduler.setRemoveOnCancelPolicy(true);
    this.scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.ownExecutor = Executors.newCachedThreadPool(daemons(name));
    Executor used = executor == null ? ownExecutor : executor;
    this.executor = task -> runOnOrHere(used, task);
    this.events = new EventQueue(listener, used);
    this.budget = new RetryBudget(scheduler, System::nanoTime);
    this.scheme = plan.scheme();
    this.endpoints = plan.fixed();
    this.tokens =
        secrets == null
            ? null
            : secrets.open(new GrpcCalls(this, settings, false, null, Set.of(), null));
    this.calls = new GrpcCalls(this, settings, false, null, Set.of(), tokens);
    this.dns = new DnsClient(plan.dnsServers());
    this.discovery = new Discovery(this, plan, dns);
    CredentialBundle bundle = tls == null ? CredentialBundle.inTheClear() : tls.bundle();
    this.channel =
        EndpointChannel.open(
            scheme,
            plan.fixed(),
            bundle,
            maxAnswerBytes,
            new Following(),
            dns,
            this::block,
            policy,
            silence,
            tuning);
    discovery.start();
    Repeats.warmUp(this::block, scheduler);
    if (tls != null) {
      tls.reloadEvery().ifPresent(interval -> watch(tls, bundle, interval));
    }
  }

  private void watch(Tls tls, CredentialBundle bundle, Duration interval) {
    new CredentialWatch(tls, bundle, interval, scheduler, this::block, this::renewed).start();
  }

  private void renewed(ConnectionEvent event) {
    tell(event);
    channel.renewConnections();
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Runs what its owner waits for. After the close, when the executor may be gone, it is better
   * done on any thread than never.
   */
  private static void runOnOrHere(Executor executor, Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  /** Looks something up or reads a file, which may block. After the close nobody wants to know. */
  void block(Runnable task) {
    try {
      ownExecutor.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("closed before a host was looked up or a file was read");
    }
  }

  @Override
  public Calls calls() {
    return calls;
  }

  @Override
  public List<EndpointStatus> endpoints() {
    return channel.statuses();
  }

  @Override
  public void endpoints(Collection<String> urls) {
    Endpoints given = Endpoints.parse(urls);
    if (given.scheme() != scheme) {
      throw new IllegalArgumentException(
          "endpoints must keep the scheme that the connection was built with, "
              + scheme
              + ", was given "
              + given.list().get(0));
    }
    if (isClosing) {
      throw closed("endpoints");
    }
    discovery.stop();
    put(given.list(), true);
  }

  /** Puts in the endpoints that a source has found; false if a list was given by hand meanwhile. */
  boolean install(List<Endpoint> found) {
    return put(found, false);
  }

  private boolean put(List<Endpoint> list, boolean isByHand) {
    lock.lock();
    try {
      if (!isByHand && discovery.isStopped()) {
        return false;
      }
      endpoints = list;
    } finally {
      lock.unlock();
    }
    for (List<Endpoint> given = list; ; given = endpoints) {
      channel.endpoints(given);
      if (given.equals(endpoints)) { // or another list has overtaken this one, and must be last
        return true;
      }
    }
  }

  @Override
  public void awaitReady(Duration timeout) {
    if (!await(timeout, () -> isClosing || isReady())) {
      throw new EtcdException(
          unreachableCode(),
          WriteOutcome.NOT_APPLIED,
          new EtcdException.Call("awaitReady", null, 0),
          "no endpoint could be reached within " + timeout + ": " + reasons(),
          null);
    }
    if (isClosing) {
      throw closed("awaitReady");
    }
  }

  private boolean isReady() {
    return endpoints().stream()
        .anyMatch(status -> status.state() == EndpointStatus.State.CONNECTED);
  }

  private boolean await(Duration timeout, Supplier<Boolean> condition) {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (!condition.get()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EtcdException(
          Code.CANCELLED,
          WriteOutcome.NOT_APPLIED,
          new EtcdException.Call("wait", null, 0),
          "interrupted",
          e);
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    isClosing = true;
    if (markClosed()) {
      discovery.stop();
      shared.values().forEach(GrpcConnection::close);
      channel.close();
      dns.close();
      repeating.forEach(UnaryCall::closed);
      if (tokens != null) {
        tokens.close();
      }
      scheduler.shutdown(); // what was handed in is run, timers are not
      ownExecutor.shutdown();
    }
  }

  private boolean markClosed() {
    lock.lock();
    try {
      boolean isFirst = !isClosed;
      isClosed = true;
      changed.signalAll();
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  private static void close(Object shared) {
    if (shared instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        log.warn("{} could not be closed", closeable, e);
      }
    }
  }

  @Override
  public boolean close(Duration timeout) {
    isClosing = true;
    discovery.stop();
    shared.values().forEach(GrpcConnection::close);
    streams.forEach(stream -> stream.cancel("the client was closed"));
    boolean isQuiet = await(timeout, () -> isClosed || underWay.get() == 0);
    close();
    return isQuiet;
  }

  /**
   * Counts a call in, unless the connection takes no more. A login, which uses no tokens where
   * others do, is for calls that were counted in before.
   */
  boolean enter(@Nullable TokenSource used) {
    underWay.incrementAndGet();
    boolean isLogin = used != tokens;
    if (isLogin ? isClosed : isClosing) {
      leave();
      return false;
    }
    return true;
  }

  void leave() {
    if (underWay.decrementAndGet() == 0 && isClosing) {
      signal();
    }
  }

  boolean isClosed() {
    return isClosed;
  }

  EtcdException closed(String operation) {
    return new EtcdException(
        Code.CLOSED,
        WriteOutcome.NOT_APPLIED,
        new EtcdException.Call(operation, null, 0),
        "the client was closed",
        null);
  }

  /**
   * What it means that no endpoint can be reached: such as that what answers there is not etcd,
   * where that is all there is.
   */
  Code unreachableCode() {
    List<Code> codes =
        endpoints().stream()
            .flatMap(status -> status.lastFailure().stream())
            .map(EndpointFailure::code)
            .distinct()
            .toList();
    return codes.size() == 1 ? codes.get(0) : Code.UNAVAILABLE;
  }

  /** Each endpoint and why it cannot be reached, and why DNS knows no others. */
  String reasons() {
    return Stream.concat(
            endpoints().stream().map(status -> status.endpoint() + ": " + reason(status)),
            discovery.dnsFailure().stream())
        .collect(Collectors.joining("; "));
  }

  private static String reason(EndpointStatus status) {
    return status
        .lastFailure()
        .map(EndpointFailure::reason)
        .orElse(
            status.state() == EndpointStatus.State.CONNECTED ? "connected" : "still connecting");
  }

  /** Whether an endpoint is connected that is none of {@code visited}. */
  boolean hasOther(Set<Endpoint> visited) {
    return endpoints().stream()
        .anyMatch(
            status ->
                status.state() == EndpointStatus.State.CONNECTED
                    && !visited.contains(status.endpoint()));
  }

  void check(Endpoint endpoint) {
    if (!endpoints.contains(endpoint)) {
      throw new IllegalArgumentException(
          "endpoint must be one of " + endpoints + ", was " + endpoint);
    }
  }

  void tell(ConnectionEvent event) {
    events.add(event);
  }

  /** Takes in what an answer says of the cluster. */
  void answered(ResponseHeader header) {
    channel.term(header.getRaftTerm());
    budget.succeeded();
  }

  /** A member refused something because it is a learner, or because it sees no leader. */
  void refused(Endpoint endpoint, Code code) {
    channel.refused(endpoint, code);
  }

  RetryBudget budget() {
    return budget;
  }

  /** Notes a call that is to hear of the close, unless the connection is closed already. */
  boolean repeating(UnaryCall<?, ?, ?> call) {
    repeating.add(call);
    return !isClosed;
  }

  void repeatingNoMore(UnaryCall<?, ?, ?> call) {
    repeating.remove(call);
  }

  void opened(RpcStream<?> stream) {
    streams.add(stream);
    if (isClosing) {
      stream.cancel("the client was closed");
    }
  }

  void ended(RpcStream<?> stream) {
    streams.remove(stream);
  }

  <S> S shared(Class<S> type, Supplier<S> make) {
    return type.cast(shared.computeIfAbsent(type, absent -> make.get()));
  }

  Channel channel() {
    return channel.channel();
  }

  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  Executor executor() {
    return executor;
  }

  @Override
  public String toString() {
    return "Connection" + endpoints();
  }

  /** Follows how the endpoints stand. */
  private final class Following implements ChannelListener {
    @Override
    public void onChange() {
      signal();
      discovery.onChange();
    }

    @Override
    public void onEvent(ConnectionEvent event) {
      tell(event);
    }
  }
}
