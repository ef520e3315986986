package dev.rondo.etcd.companion.engine;

import com.google.protobuf.MessageLite;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.error.EtcdError;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings commands into the log. What comes while batches are under way travels together in the next
 * one. Safe for use by many threads.
 *
 * <p>A batch that surely did not get into the log is tried again until its commands' time is over,
 * as etcd's followers hold what they have no leader for. One whose fate is unknown is not: it is
 * applied some day, or its commands time out.
 */
final class Proposals implements AutoCloseable {
  static final int MAX_REQUEST_BYTES = 3 * 512 * 1024;
  static final int MAX_UNAPPLIED = 5000;
  static final int MAX_UNDER_WAY = 2; // the fewer batches, the larger
  static final int MAX_COMMANDS = 1000;
  static final int MAX_BATCH_BYTES = 1024 * 1024;
  private static final Duration RETRY = Duration.ofMillis(20);
  private static final Duration SWEEP = Duration.ofMillis(100);

  private final Consensus consensus;
  private final Leaders leaders;
  private final Awaited awaited;
  private final Neighbours neighbours;
  private final Workers workers;
  private final long memberId;
  private final Duration electionTimeout;
  private final Duration timeout;
  private final AtomicLong requestIds = new AtomicLong();
  private final Future<?> sweeping;

  // All guarded by this.
  private final ArrayDeque<Proposal> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean isHeld; // until a leader takes proposals again
  private boolean isClosed;

  Proposals(
      EngineSettings settings,
      Consensus consensus,
      Leaders leaders,
      Awaited awaited,
      Neighbours neighbours,
      Workers workers) {
    this.consensus = consensus;
    this.leaders = leaders;
    this.awaited = awaited;
    this.neighbours = neighbours;
    this.memberId = settings.memberId();
    this.workers = workers;
    this.electionTimeout = settings.electionTimeout();
    this.timeout = settings.requestTimeout();
    this.sweeping = workers.every(SWEEP, this::sweep);
    leaders.onChange(this::release);
  }

  /**
   * Completes with the command's response when this member has applied it. Cancelling the future
   * takes the command back if it is not under way yet.
   */
  <T extends MessageLite> CompletableFuture<T> propose(Command.Builder change) {
    if (consensus.committedIndex() - consensus.appliedIndex() > MAX_UNAPPLIED) {
      return CompletableFuture.failedFuture(EtcdError.TOO_MANY_REQUESTS.exception());
    }
    var command = change.setRequestId(requestIds.incrementAndGet()).build();
    var proposal = new Proposal(command, workers.now());
    if (proposal.size() > MAX_REQUEST_BYTES) {
      return CompletableFuture.failedFuture(EtcdError.REQUEST_TOO_LARGE.exception());
    }
    synchronized (this) {
      if (isClosed) {
        return CompletableFuture.failedFuture(EtcdError.STOPPED.exception());
      }
      awaited.add(proposal);
      waiting.add(proposal);
    }
    pump();
    @SuppressWarnings("unchecked") // each kind of command has its kind of response
    var result = (CompletableFuture<T>) proposal.result();
    return result;
  }

  private void pump() {
    for (var batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
      handOver(batch);
    }
  }

  private synchronized List<Proposal> nextBatch() {
    if (isClosed || isHeld || underWay >= MAX_UNDER_WAY) {
      return List.of();
    }
    var batch = new ArrayList<Proposal>();
    int bytes = 0;
    for (var next = waiting.peek(); next != null; next = waiting.peek()) {
      if (!batch.isEmpty() && bytes + next.size() > MAX_BATCH_BYTES) {
        break;
      }
      waiting.remove();
      if (!next.result().isDone()) {
        batch.add(next);
        bytes += next.size();
      }
      if (batch.size() >= MAX_COMMANDS) {
        break;
      }
    }
    underWay += batch.isEmpty() ? 0 : 1;
    return batch;
  }

  private void handOver(List<Proposal> batch) {
    var entry = awaited.newBatch();
    for (var proposal : batch) {
      proposal.handedOver(true);
      entry.addCommands(proposal.command());
    }
    var unused =
        consensus
            .propose(entry.build().toByteString())
            .whenComplete((done, failure) -> landed(batch, failure));
  }

  private void landed(List<Proposal> batch, @Nullable Throwable failure) {
    boolean isBack = Failures.cause(failure) instanceof NotProposedException;
    synchronized (this) {
      underWay--;
      if (isBack) {
        takeBack(batch);
      }
    }
    if (isBack) {
      workers.after(RETRY, this::release);
    } else {
      pump();
    }
  }

  /** For {@link #landed}, which holds the lock. */
  private void takeBack(List<Proposal> batch) {
    isHeld = true;
    for (int i = batch.size() - 1; i >= 0; i--) {
      batch.get(i).handedOver(false);
      waiting.addFirst(batch.get(i));
    }
  }

  private void release() {
    synchronized (this) {
      isHeld = false;
    }
    pump();
  }

  private void sweep() {
    long now = workers.now();
    for (var proposal : awaited.all()) {
      if (now - proposal.since() >= timeout.toNanos()) {
        proposal.result().completeExceptionally(timeout(proposal));
      }
    }
    synchronized (this) {
      waiting.removeIf(proposal -> proposal.result().isDone());
    }
  }

  /** etcd's guesses at the reason. */
  private RuntimeException timeout(Proposal proposal) {
    long since = proposal.since();
    long leader = leaders.now().leader();
    if (!proposal.isHandedOver() && leader == Leadership.NONE) {
      return Status.DEADLINE_EXCEEDED
          .withDescription("context deadline exceeded")
          .asRuntimeException();
    }
    if (leaders.isBeforeElection(since, electionTimeout)) {
      return EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL.exception();
    }
    return (isConnected(leader, since)
            ? EtcdError.TIMEOUT
            : EtcdError.TIMEOUT_DUE_TO_CONNECTION_LOST)
        .exception();
  }

  private boolean isConnected(long leader, long since) {
    if (leader == Leadership.NONE) {
      return true; // then that is not the reason
    }
    return leader == memberId
        ? neighbours.isConnectedToQuorumSince(since)
        : neighbours.isConnectedSince(since, leader);
  }

  /** Fails whatever is awaited. */
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      waiting.clear();
    }
    sweeping.cancel(false);
    for (var proposal : awaited.all()) {
      proposal.result().completeExceptionally(EtcdError.STOPPED.exception());
    }
  }
}
