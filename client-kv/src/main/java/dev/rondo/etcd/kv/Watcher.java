package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.AvoidedEndpoints;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps all watches of one connection on streams. However a stream ends, its watches are put on
 * others after a short wait, each with the revision that it needs next. Which endpoint a stream
 * goes to is the balancer's choice, but for those where streams ended lately.
 *
 * <p>All of this runs as tasks, one at a time: timers and what other threads {@linkplain #run
 * bring} on the connection's scheduler, and what comes over streams {@linkplain #runHere where it
 * comes in}. So there are no locks, and nothing here may block.
 */
final class Watcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watcher.class);

  /** After this time without trouble, waits are short again. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(1);

  private final Calls calls;
  private final ScheduledExecutorService scheduler;
  private final LongSupplier nanoTime;
  private final DoubleSupplier random; // from 0 to 1
  private final SerialTasks tasks;
  private volatile boolean isClosed;

  // All of this is touched by tasks only.
  private final Set<WatchedRange> watches = new LinkedHashSet<>();
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private final Set<WatchedRange> waiting = new LinkedHashSet<>(); // to be put on a stream again
  private @Nullable Timer resuming; // while any waits
  private final Backoff backoff;
  private long lastTrouble;
  private Duration patience = PATIENCE; // with members that create nothing
  private final Suspects suspects = new Suspects();

  private final AvoidedEndpoints avoided = new AvoidedEndpoints(); // since a watch was created

  Watcher(
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
    this.lastTrouble = nanoTime.getAsLong();
  }

  static Watcher over(Calls calls) {
    return new Watcher(
        calls, calls.scheduler(), System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** Runs {@code task} among the watcher's own. */
  void run(Runnable task) {
    tasks.execute(task);
  }

  /**
   * The same without another thread, for what comes over streams: threads that do I/O may do what
   * never blocks, and each hand-over costs as much as the handling of a small message.
   */
  void runHere(Runnable task) {
    tasks.runHere(task);
  }

  /** Runs {@code task} among the watcher's own after this time. To be called by a task. */
  Timer after(Duration delay, Runnable task) {
    // for a watcher that was made on a connection closed before, it is over
    return tasks.after(scheduler, delay.toNanos(), task, this::close);
  }

  long now() {
    return nanoTime.getAsLong();
  }

  Calls calls() {
    return calls;
  }

  Backoff newBackoff() {
    return new Backoff(random);
  }

  /** Returns this time, less a random tenth at most, so that many do not keep step. */
  Duration spread(Duration time) {
    return time.minusNanos((long) (time.toNanos() * random.getAsDouble() / 10));
  }

  /** How long a stream may leave watches uncreated. */
  Duration patience() {
    return patience;
  }

  /** Begins to keep a watch on a stream. To be called by a task, as all that follow. */
  void add(WatchedRange watch) {
    if (isClosed) {
      watch.connectionClosed();
      return;
    }
    watches.add(watch);
    place(watch);
  }

  /** Puts a watch on a stream, now. */
  void place(WatchedRange watch) {
    Suspects.Party party = suspects.party(watch);
    for (WatchStream stream : streams) {
      if (stream.hasRoom(party)) {
        stream.add(watch);
        return;
      }
    }
    WatchStream opened = new WatchStream(this, avoided.past(calls), party);
    streams.add(opened);
    opened.add(watch);
  }

  /** Puts a watch on a stream after a wait, which is longer the more trouble there is. */
  void placeLater(WatchedRange watch) {
    waiting.add(watch);
    if (resuming == null) {
      resuming = after(nextWait(), this::resume);
    }
  }

  private Duration nextWait() {
    long now = now();
    if (now - lastTrouble > QUIET.toNanos()) {
      backoff.reset();
    }
    lastTrouble = now;
    return backoff.next();
  }

  private void resume() {
    resuming = null;
    List<WatchedRange> ready = List.copyOf(waiting);
    waiting.clear();
    ready.forEach(this::place);
  }

  /** Takes a watch off its stream, and off the queue for another. */
  void remove(WatchedRange watch) {
    waiting.remove(watch);
    if (waiting.isEmpty() && resuming != null) {
      resuming.cancel();
      resuming = null;
    }
    WatchStream.Subscription subscription = watch.subscription();
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** Keeps a watch no longer. */
  void forget(WatchedRange watch) {
    remove(watch);
    watches.remove(watch);
    suspects.forget(watch);
  }

  /** A stream has no more watches. */
  void close(WatchStream empty) {
    streams.remove(empty);
    empty.stop("no more watches");
  }

  /** A watch was created. */
  void answered() {
    avoided.clear();
    patience = PATIENCE;
  }

  /** A member has taken a stream, and creates no watches. */
  void silent(WatchStream stream) {
    Duration twice = patience.multipliedBy(2);
    patience = twice.compareTo(LONGEST_PATIENCE) < 0 ? twice : LONGEST_PATIENCE;
    end(stream, stream.failure(Code.DEADLINE_EXCEEDED, "no watch was created in time"));
  }

  /** A server contradicts itself. */
  void malformed(WatchStream stream, EtcdException failure) {
    log.warn("watching over another stream than that to {}", stream.where(), failure);
    end(stream, failure);
  }

  private void end(WatchStream stream, EtcdException failure) {
    ended(stream, failure);
    stream.stop("watching elsewhere");
  }

  void ended(WatchStream stream, @Nullable EtcdException failure) {
    if (!streams.remove(stream)) {
      return;
    }
    log.debug("a stream of watches ended at {}", stream.where(), failure);
    stream.endpoint().ifPresent(avoided::add);
    List<WatchedRange> left = stream.abandon();
    if (failure != null && failure.code() == Code.ANSWER_TOO_LARGE) {
      suspects.add(left);
    }
    for (WatchedRange watch : left) {
      if (suspects.isFound(watch)) {
        watch.end(new WatchEnd.TooLarge(Revision.of(watch.next())));
      } else {
        watch.broken(failure);
      }
    }
  }

  /** A stream has gone well for a while, and may take any watch. */
  void cleared(Suspects.Party party) {
    suspects.clear(party);
  }

  /** Called when the connection closes. */
  @Override
  public void close() {
    isClosed = true;
    tasks.runHere(this::shutDown); // the scheduler may drop what it has not begun
  }

  private void shutDown() {
    List<WatchStream> open = List.copyOf(streams);
    streams.clear();
    open.forEach(stream -> stream.stop("the connection was closed"));
    List.copyOf(watches).forEach(WatchedRange::connectionClosed);
  }
}
