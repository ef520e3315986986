package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.error.EtcdError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Tells when this member has applied all that was committed before a read was asked for. One
 * question to the leader is under way at a time and serves all reads that waited for it to begin;
 * reads that come later wait for the next. Safe for use by many threads.
 */
final class LinearizableReads implements AutoCloseable {
  /**
   * How soon a leader that was not sure is asked again. It mostly is a new one that will be in a
   * moment; etcd's keeps the question until then.
   */
  private static final Duration RETRY = Duration.ofMillis(50);

  private final Consensus consensus;
  private final Leaders leaders;
  private final AppliedIndex applied;
  private final Workers workers;
  private final Duration timeout;

  // All guarded by this.
  private @Nullable Round asking;
  private @Nullable Round next;
  private boolean isClosed;

  LinearizableReads(
      EngineSettings settings,
      Consensus consensus,
      Leaders leaders,
      AppliedIndex applied,
      Workers workers) {
    this.consensus = consensus;
    this.leaders = leaders;
    this.applied = applied;
    this.workers = workers;
    this.timeout = settings.requestTimeout();
    leaders.onChange(this::leaderChanged);
  }

  /**
   * Completes, on one of the readers' threads, when a read may begin. Fails with LEADER_CHANGED if
   * there is a new leader before the old one has answered, and with TIMEOUT. Shared: not for
   * cancelling.
   */
  CompletableFuture<Void> confirm() {
    Round joined;
    boolean isFirst;
    synchronized (this) {
      if (isClosed) {
        return CompletableFuture.failedFuture(EtcdError.STOPPED.exception());
      }
      if (next == null) {
        next = new Round();
      }
      joined = next;
      isFirst = asking == null;
      if (isFirst) {
        turn();
      }
    }
    if (isFirst) {
      joined.begin();
    }
    return joined.confirmed;
  }

  /** For those who hold the lock: what waited is what asks now. */
  private @Nullable Round turn() {
    asking = next;
    next = null;
    if (asking != null) {
      asking.elections = leaders.elections();
    }
    return asking;
  }

  private void answered(Round round) {
    Round begun = null;
    synchronized (this) {
      if (asking == round) {
        begun = turn();
      }
    }
    if (begun != null) {
      begun.begin();
    }
  }

  private void leaderChanged() {
    Round current;
    synchronized (this) {
      current = asking;
    }
    if (current != null) {
      current.checkLeader();
    }
  }

  @Override
  public void close() {
    Round first;
    Round second;
    synchronized (this) {
      isClosed = true;
      first = asking;
      second = turn();
      asking = null;
    }
    stop(first);
    stop(second);
  }

  private static void stop(@Nullable Round round) {
    if (round != null) {
      round.fail(EtcdError.STOPPED);
    }
  }

  /** One question to the leader with the reads that it serves. */
  private final class Round {
    private final CompletableFuture<Void> confirmed = new CompletableFuture<>();
    private volatile long elections; // when it began
    private volatile boolean isAnswered;

    void begin() {
      Future<?> overdue = workers.timer(timeout, () -> fail(EtcdError.TIMEOUT));
      var unused = confirmed.whenComplete((done, failure) -> overdue.cancel(false));
      ask();
    }

    private void ask() {
      if (!confirmed.isDone()) {
        var unused = consensus.readIndex().whenComplete(this::answer);
      }
    }

    private void answer(@Nullable Long index, @Nullable Throwable failure) {
      checkLeader();
      if (index == null) {
        workers.after(RETRY, this::ask);
        return;
      }
      isAnswered = true;
      answered(this);
      var unused =
          applied.reach(index).thenRunAsync(() -> confirmed.complete(null), workers.readers());
    }

    /** An answer that comes after a new leader was heard of may be the old one's. */
    void checkLeader() {
      if (!isAnswered && leaders.elections() != elections) {
        fail(EtcdError.LEADER_CHANGED);
      }
    }

    void fail(EtcdError error) {
      if (confirmed.completeExceptionally(error.exception())) {
        answered(this);
      }
    }
  }
}
