package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.companion.membership.Reconfiguration;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the leader, makes consensus follow the table of members, which is what the members agreed on.
 *
 * <p>It goes step by step: whoever was removed goes out at once. Whoever was added comes in as a
 * learner, once it has announced that it runs, and moves on to the voters when it has caught up, if
 * the table says that it votes. So, unlike in etcd, a voter that never starts does not count for a
 * majority.
 */
final class MemberKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberKeeper.class);
  private static final Duration PERIOD = Duration.ofMillis(100);

  /** How much of the leader's log a learner must have to become a voter, as in etcd. */
  private static final double READY = 0.9;

  private final long memberId;
  private final Consensus consensus;
  private final Members table;
  private final Proposals proposals;
  private final AppliedIndex applied;
  private final Workers workers;
  private final Future<?> ticking;
  private final Set<Long> announced = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isChanging = new AtomicBoolean();

  MemberKeeper(
      EngineSettings settings,
      Consensus consensus,
      Members table,
      Proposals proposals,
      AppliedIndex applied,
      Workers workers) {
    this.memberId = settings.memberId();
    this.consensus = consensus;
    this.table = table;
    this.proposals = proposals;
    this.applied = applied;
    this.workers = workers;
    this.ticking = workers.every(PERIOD, this::tend);
  }

  /** A member tells that it runs. */
  Welcome welcome(long member) {
    boolean isNews =
        consensus.isLeader() && table.find(member).isPresent() && announced.add(member);
    if (isNews) {
      tend();
    }
    return Welcome.newBuilder().setRemoved(table.isRemoved(member)).build();
  }

  /** Fails with NOT_LEADER, MEMBER_NOT_FOUND, LEARNER_NOT_READY and what applying refuses. */
  CompletableFuture<MemberPromoteResponse> promote(MemberPromoteRequest request) {
    if (!consensus.isLeader()) {
      return CompletableFuture.failedFuture(EtcdError.NOT_LEADER.exception());
    }
    return applied.reach(consensus.committedIndex()).thenCompose(done -> promoteApplied(request));
  }

  private CompletableFuture<MemberPromoteResponse> promoteApplied(MemberPromoteRequest request) {
    long id = request.getID();
    if (table.find(id).isEmpty()) {
      throw EtcdError.MEMBER_NOT_FOUND.exception();
    }
    if (!isReady(id)) { // of a voter too: etcd asks in this order
      throw EtcdError.LEARNER_NOT_READY.exception();
    }
    Reconfiguration.checkPromote(table.list());
    return proposals.propose(Command.newBuilder().setMemberPromote(request));
  }

  private boolean isReady(long member) {
    var match = consensus.matchIndex(member);
    var own = consensus.matchIndex(memberId);
    return match.isPresent() && own.isPresent() && match.getAsLong() >= own.getAsLong() * READY;
  }

  private void tend() {
    if (!consensus.isLeader() || !isChanging.compareAndSet(false, true)) {
      return;
    }
    var now = consensus.configuration();
    var next = next(now);
    if (next.equals(now)) {
      isChanging.set(false);
      return;
    }
    log.info("changing the members in consensus from {} to {}", now, next);
    // Not on the thread that answers: it holds locks of the consensus, and the next change waits
    // for those that the end of the consensus takes in another order.
    var unused =
        consensus
            .reconfigure(now, next)
            .whenCompleteAsync((done, failure) -> changed(next, failure), workers.scheduler());
  }

  private void changed(Configuration next, @Nullable Throwable failure) {
    if (failure != null) {
      log.info("the members in consensus could not be changed to {}: {}", next, failure.toString());
      announced.removeAll(next.learners()); // who runs will say so again
    }
    isChanging.set(false);
    if (failure == null) {
      tend();
    }
  }

  /** The next step from what is to what the table says. */
  private Configuration next(Configuration now) {
    var voters = new HashSet<>(now.voters());
    var learners = new HashSet<>(now.learners());
    boolean isAnyRemoved = voters.removeIf(this::isRemoved);
    isAnyRemoved |= learners.removeIf(this::isRemoved);
    if (isAnyRemoved) {
      return voters.isEmpty() ? now : new Configuration(voters, learners);
    }
    for (var member : table.list()) {
      long id = member.getID();
      if (isToJoin(id, now)) {
        learners.add(id);
        return new Configuration(voters, learners);
      }
      if (isToVote(member, now)) {
        learners.remove(id);
        voters.add(id);
        return new Configuration(voters, learners);
      }
    }
    return now;
  }

  private boolean isRemoved(long member) {
    return table.find(member).isEmpty();
  }

  private boolean isToJoin(long member, Configuration now) {
    return !now.voters().contains(member)
        && !now.learners().contains(member)
        && announced.contains(member);
  }

  private boolean isToVote(Member member, Configuration now) {
    return !member.getIsLearner()
        && now.learners().contains(member.getID())
        && isReady(member.getID());
  }

  @Override
  public void close() {
    ticking.cancel(false);
  }
}
