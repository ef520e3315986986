package dev.rondo.etcd.companion.consensus;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The network of a cluster whose members share a JVM. It carries calls from member to member, over
 * directed links that can be cut and delayed: a request takes the link from caller to callee, its
 * answer the one back.
 *
 * <p>Nothing hangs in a cut link: what is lost fails at once, so that a fault shows by its effect
 * on the protocol and not by threads that wait for ever. Safe for use by many threads.
 *
 * @param <C> what members call each other on
 */
public final class Network<C> implements AutoCloseable {
  private static final int IDLE_SECONDS = 5;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final UUID id = UUID.randomUUID();
  private final ConcurrentHashMap<Long, C> attached = new ConcurrentHashMap<>();
  private final Set<Link> cut = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<Link, Delay> delays = new ConcurrentHashMap<>();
  private final Set<Flight<C, ?>> flights = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor clock;

  /** A network without members and faults. Its threads come with the calls and go when idle. */
  public Network() {
    var threads = threads("network-" + COUNT.incrementAndGet());
    workers =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads,
            new ThreadPoolExecutor.DiscardPolicy()); // of a closed network, which lost all flights
    clock = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
    clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
  }

  /** Threads begin where they are needed first, but belong to nobody's group but the maker's. */
  private static ThreadFactory threads(String name) {
    var group = Thread.currentThread().getThreadGroup();
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(group, task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Differs from that of every other network. */
  public UUID id() {
    return id;
  }

  /** Makes a member reachable on {@code callee}, and lets it call others. */
  public void attach(long member, C callee) {
    if (attached.putIfAbsent(member, callee) != null) {
      throw new IllegalStateException(
          "member " + Long.toHexString(member) + " is attached already");
    }
  }

  /** Makes a member unreachable: what is under way to it and from it is lost. */
  public void detach(long member) {
    attached.remove(member);
    flights.forEach(flight -> flight.memberGone(member));
  }

  /** Cuts a link. What is under way on it is lost. */
  public void cut(long from, long to) {
    var link = new Link(from, to);
    cut.add(link);
    flights.forEach(flight -> flight.linkCut(link));
  }

  /** Takes cut and delay from a link. */
  public void heal(long from, long to) {
    var link = new Link(from, to);
    cut.remove(link);
    delays.remove(link);
  }

  /** Delays what leaves on a link from now on by {@code delay} and up to {@code jitter} more. */
  public void delay(long from, long to, Duration delay, Duration jitter) {
    delays.put(new Link(from, to), new Delay(delay, jitter));
  }

  /**
   * Carries a call. {@code request} is run by a thread of the network, as if {@code to} had
   * received it, and what it answers comes back as it is, exceptions included.
   *
   * <p>Fails with {@link NotDeliveredException} if {@code request} was not run and never will be,
   * and with {@link AnswerLostException} if it was run but its answer is lost.
   */
  public <R> CompletableFuture<R> call(
      long from, long to, Function<? super C, CompletableFuture<R>> request) {
    var flight = new Flight<C, R>(this, new Link(from, to), request);
    flights.add(flight);
    flight.depart();
    return flight.result();
  }

  void landed(Flight<C, ?> flight) {
    flights.remove(flight);
  }

  boolean isPassable(Link link) {
    return attached.containsKey(link.from())
        && attached.containsKey(link.to())
        && !cut.contains(link);
  }

  @Nullable C callee(long member) {
    return attached.get(member);
  }

  boolean isDelayed(Link link) {
    return delays.containsKey(link);
  }

  /** Runs {@code departure} on a thread of the network when the link's delay is over. */
  void send(Link link, Runnable departure) {
    var delay = delays.get(link);
    if (delay == null) {
      workers.execute(departure);
    } else {
      var unused =
          clock.schedule(() -> workers.execute(departure), delay.nextNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Loses all that is under way and ends the threads. */
  @Override
  public void close() {
    attached.clear();
    flights.forEach(Flight::lose);
    clock.shutdownNow();
    workers.shutdownNow();
  }
}
