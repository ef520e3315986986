package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.AvoidedEndpoints;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.RpcStream;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.StreamListener;
import dev.rondo.etcd.balancer.internal.Timer;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews all leases of one connection over one stream.
 *
 * <p>A stream is open, or about to be opened, as long as anybody wants a renewal. However it ends,
 * another one is opened, and what was not answered is sent again. So it is if an answer takes too
 * long: etcd answers all requests of a stream in their order, and one that hangs holds up the rest.
 *
 * <p>All of this runs as tasks, one at a time, on the connection's scheduler: timers, the listeners
 * of streams, and what other threads {@linkplain #run bring}. So there are no locks.
 */
final class LeaseRenewer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LeaseRenewer.class);

  /** How many answers may wait to be taken; bounds what a mad server can do. */
  private static final int ANSWERS = 64;

  private final Calls calls;
  private final ScheduledExecutorService scheduler;
  private final LongSupplier nanoTime;
  private final DoubleSupplier random; // from 0 to 1
  private final SerialTasks tasks;
  private volatile boolean isClosed;

  // All of this is touched by tasks only.
  private final Map<LeaseId, Renewal> renewals = new LinkedHashMap<>();
  private final Set<Renewal> due = new LinkedHashSet<>(); // not sent yet
  private final Backoff backoff;
  private @Nullable KeepAliveStream stream;
  private @Nullable Timer opening; // while waiting to open the next stream

  private final AvoidedEndpoints avoided = new AvoidedEndpoints(); // since the last answer

  LeaseRenewer(
      Calls calls,
      ScheduledExecutorService scheduler,
      LongSupplier nanoTime,
      DoubleSupplier random) {
    this.calls = calls;
    this.scheduler = scheduler;
    this.tasks = new SerialTasks(scheduler);
    this.nanoTime = nanoTime;
    this.random = random;
    this.backoff = new Backoff(random);
  }

  static LeaseRenewer over(Calls calls) {
    return new LeaseRenewer(
        calls, calls.scheduler(), System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** Runs {@code task} among the renewer's own. */
  void run(Runnable task) {
    tasks.execute(task);
  }

  /** Runs {@code task} among the renewer's own after this time. To be called by a task. */
  Timer after(long nanos, Runnable task) {
    // for a renewer that was made on a connection closed before, it is over
    return tasks.after(scheduler, nanos, task, this::close);
  }

  /** Runs what is the user's on the connection's executor. */
  void tell(Runnable news) {
    calls.executor().execute(news);
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /** Whether the connection was closed, so that nothing is renewed any more. */
  boolean isClosed() {
    return isClosed;
  }

  /** When a lease is due that was renewed by what was sent at {@code sentAt}. */
  long nextDue(long sentAt, Duration ttl) {
    long half = ttl.toNanos() / 2;
    // Leases that were granted together drift apart, a little with each renewal.
    return sentAt + half + (long) (half * random.getAsDouble() / 10);
  }

  /** Starts to renew for {@code listener}. To be called by a task. */
  void add(LeaseId id, RenewalListener listener) {
    if (isClosed) {
      listener.closed();
      return;
    }
    renewals.computeIfAbsent(id, unknown -> new Renewal(this, unknown)).add(listener);
    if (stream == null && opening == null) {
      open();
    }
  }

  /** Stops renewing for {@code listener}. To be called by a task. */
  void remove(LeaseId id, RenewalListener listener) {
    Renewal renewal = renewals.get(id);
    if (renewal != null) {
      renewal.remove(listener);
      dropUnwanted(renewal);
    }
    listener.closed();
  }

  /** Sends a renewal that is due, as soon as there is a stream to take it. */
  void send(Renewal renewal) {
    due.add(renewal);
    flush();
  }

  /** A renewal is unanswered for longer than anybody wants to wait. */
  void overdue(Renewal renewal) {
    if (stream == null || stream.endpoint().isEmpty()) {
      // another stream could do no better
      renewal.unconfirmed(failure(Code.UNAVAILABLE, null, "no endpoint is connected"));
      renewal.awaitAnswer();
      return;
    }
    KeepAliveStream silent = stream;
    log.debug("no answer from {}: renewing leases elsewhere", silent.where());
    leave(silent, failure(Code.DEADLINE_EXCEEDED, silent.where(), "no answer in time"));
    silent.cancel("no answer");
    open();
  }

  private void open() {
    opening = null;
    stream = new KeepAliveStream();
    flush();
  }

  /**
   * Nothing waits inside a stream that is not ready, so that a renewal counts from when it left.
   */
  private void flush() {
    while (stream != null && stream.isReady() && !due.isEmpty()) {
      Renewal next = due.iterator().next();
      due.remove(next);
      stream.send(next.id());
      next.sent();
    }
  }

  private void answered(KeepAliveStream from, LeaseKeepAliveResponse answer) {
    if (from != stream) {
      return;
    }
    LeaseId id = LeaseId.of(answer.getID());
    Long sentAt = from.unanswered.remove(id);
    if (sentAt == null) {
      endMalformed(from, id);
      return;
    }
    backoff.reset();
    avoided.clear();
    from.request(1);
    Renewal renewal = renewals.get(id);
    if (renewal == null) {
      return; // nobody wants it any more
    }
    if (answer.getTTL() <= 0) {
      renewal.gone(from.where());
      renewal.stop();
    } else {
      renewal.renewed(asRenewal(id, answer), sentAt);
    }
    dropUnwanted(renewal);
  }

  private static LeaseRenewal asRenewal(LeaseId id, LeaseKeepAliveResponse answer) {
    Duration ttl = Duration.ofSeconds(answer.getTTL());
    return new LeaseRenewal(
        Wire.header(answer.getHeader()),
        id,
        ttl.compareTo(GrpcAsyncLeaseClient.LONGEST) < 0 ? ttl : GrpcAsyncLeaseClient.LONGEST);
  }

  private void endMalformed(KeepAliveStream from, LeaseId id) {
    EtcdException failure =
        failure(
            Code.MALFORMED_ANSWER,
            from.where(),
            "the server answered for lease " + id + ", and nobody had asked");
    log.warn("renewing leases over another stream", failure);
    ended(from, failure);
    from.cancel("malformed answer");
  }

  private void ended(KeepAliveStream over, @Nullable EtcdException failure) {
    if (over != stream) {
      return;
    }
    log.debug(
        "the stream that renews leases ended at {}, and is opened again", over.where(), failure);
    leave(over, failure);
    opening = after(backoff.next().toNanos(), this::open);
  }

  private static EtcdException failure(Code code, @Nullable String endpoint, String detail) {
    return new EtcdException(
        code,
        WriteOutcome.UNKNOWN,
        new EtcdException.Call(LeaseRpcs.KEEP_ALIVE.operation(), endpoint, 1),
        detail,
        null);
  }

  /** What was not answered is due again, before what was not sent, and both have time again. */
  private void leave(KeepAliveStream left, @Nullable EtcdException failure) {
    stream = null;
    left.endpoint().ifPresent(avoided::add);
    Set<Renewal> unsent = new LinkedHashSet<>(due);
    due.clear();
    for (LeaseId id : left.unanswered.keySet()) {
      Renewal renewal = renewals.get(id);
      if (renewal != null) {
        due.add(renewal);
      }
    }
    due.addAll(unsent);
    due.forEach(Renewal::awaitAnswer);
    if (failure != null) {
      List.copyOf(renewals.values()).forEach(renewal -> renewal.unconfirmed(failure));
    }
  }

  private void dropUnwanted(Renewal renewal) {
    if (renewal.isWanted()) {
      return;
    }
    renewal.stop();
    renewals.remove(renewal.id());
    due.remove(renewal);
    if (renewals.isEmpty()) {
      end("no lease to renew");
    }
  }

  private void end(String reason) {
    if (stream != null) {
      stream.cancel(reason);
      stream = null;
    }
    if (opening != null) {
      opening.cancel();
      opening = null;
    }
  }

  /** Called when the connection closes. Revokes nothing: the leases run out by themselves. */
  @Override
  public void close() {
    isClosed = true;
    tasks.runHere(this::shutDown); // the scheduler may drop what it has not begun
  }

  private void shutDown() {
    end("the connection was closed");
    renewals.values().forEach(Renewal::closed);
    renewals.values().forEach(Renewal::stop);
    renewals.clear();
    due.clear();
  }

  /** One stream, and what was sent over it. */
  private final class KeepAliveStream implements StreamListener<LeaseKeepAliveResponse> {
    private final Map<LeaseId, Long> unanswered = new LinkedHashMap<>(); // and when each was sent
    private final RpcStream<LeaseKeepAliveRequest> rpc;

    KeepAliveStream() {
      rpc = avoided.past(calls).open(LeaseRpcs.KEEP_ALIVE, LeaseRenewer.this::run, this);
      rpc.request(ANSWERS);
    }

    boolean isReady() {
      return rpc.isReady();
    }

    Optional<Endpoint> endpoint() {
      return rpc.endpoint();
    }

    String where() {
      return rpc.endpoint().map(Endpoint::toString).orElse("no endpoint");
    }

    /**
     * Sends nothing if a request for the same lease is on its way, left by one who lost interest.
     */
    void send(LeaseId id) {
      if (unanswered.putIfAbsent(id, now()) == null) {
        rpc.send(LeaseKeepAliveRequest.newBuilder().setID(id.value()).build());
      }
    }

    void request(int answers) {
      rpc.request(answers);
    }

    void cancel(String reason) {
      rpc.cancel(reason);
    }

    @Override
    public void onReady() {
      flush();
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse answer) {
      answered(this, answer);
    }

    @Override
    public void onEnd(@Nullable EtcdException failure) {
      ended(this, failure);
    }
  }
}
