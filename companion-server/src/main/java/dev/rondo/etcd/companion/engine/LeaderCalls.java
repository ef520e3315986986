package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.error.EtcdError;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Asks the leader, be it this member or another, what it alone can answer. Asks again until there
 * is a leader that answers or the time for a request is over. Safe for use by many threads.
 */
final class LeaderCalls implements AutoCloseable {
  private static final Duration RETRY = Duration.ofMillis(50);

  private final Consensus consensus;
  private final LeaderDesk desk;
  private final Workers workers;
  private final Duration timeout;
  private final long memberId;
  private final Set<Call> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;

  LeaderCalls(EngineSettings settings, Consensus consensus, LeaderDesk desk, Workers workers) {
    this.consensus = consensus;
    this.desk = desk;
    this.workers = workers;
    this.timeout = settings.requestTimeout();
    this.memberId = settings.memberId();
  }

  /** Fails with what the leader refused, NO_LEADER or TIMEOUT. Cancelling it ends the asking. */
  CompletableFuture<PeerAnswer> ask(PeerQuestion question) {
    var call = new Call(question);
    call.attempt();
    if (!call.result.isDone()) {
      call.keepOpen();
    }
    return call.result;
  }

  @Override
  public void close() {
    isClosed = true;
    open.forEach(call -> call.fail(EtcdError.STOPPED));
  }

  private final class Call {
    private final PeerQuestion question;
    private final CompletableFuture<PeerAnswer> result = new CompletableFuture<>();

    Call(PeerQuestion question) {
      this.question = question;
    }

    void keepOpen() {
      open.add(this);
      Future<?> overdue = workers.timer(timeout, this::timeOut);
      var unused = result.whenComplete((answer, failure) -> end(overdue));
      if (isClosed) {
        fail(EtcdError.STOPPED);
      }
    }

    private void end(Future<?> overdue) {
      open.remove(this);
      overdue.cancel(false);
    }

    private void timeOut() {
      fail(consensus.leadership().isKnown() ? EtcdError.TIMEOUT : EtcdError.NO_LEADER);
    }

    void fail(EtcdError error) {
      result.completeExceptionally(error.exception());
    }

    void attempt() {
      if (result.isDone()) {
        return;
      }
      var leadership = consensus.leadership();
      if (leadership.leads()) {
        var unused =
            desk.answer(memberId, question).whenComplete((answer, failure) -> answered(answer));
      } else if (leadership.isKnown()) {
        var unused =
            consensus
                .ask(leadership.leader(), question.toByteString())
                .whenComplete((answer, failure) -> answered(parse(answer)));
      } else {
        answered(null);
      }
    }

    private void answered(@Nullable PeerAnswer answer) {
      if (answer == null || answer.getRefusal().equals(EtcdError.NOT_LEADER.name())) {
        workers.after(RETRY, this::attempt);
      } else if (answer.hasRefusal()) {
        fail(EtcdError.valueOf(answer.getRefusal()));
      } else {
        result.complete(answer);
      }
    }
  }

  private static @Nullable PeerAnswer parse(@Nullable ByteString answer) {
    try {
      return answer == null ? null : PeerAnswer.parseFrom(answer);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a member's answer cannot be read", e);
    }
  }
}
