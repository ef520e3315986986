package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.wire.LeaseCheckpoint;
import dev.rondo.etcd.wire.LeaseCheckpointRequest;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the clock of leases while this member leads: proposes to revoke those that have run out,
 * and to write down what is left of the long ones.
 */
final class LeaseKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final Duration PERIOD = Duration.ofMillis(100);
  private static final int MAX_REVOKES_UNDER_WAY = 2000;
  private static final int MAX_CHECKPOINTS = 1000;

  private final Lessor leases;
  private final Leaders leaders;
  private final Proposals proposals;
  private final Duration electionTimeout;
  private final AtomicInteger revokes = new AtomicInteger(); // under way
  private final Future<?> ticking;
  private long term; // in which this member keeps the clock, 0 if it does not; guarded by this

  LeaseKeeper(
      EngineSettings settings,
      Lessor leases,
      Leaders leaders,
      Proposals proposals,
      Workers workers) {
    this.leases = leases;
    this.leaders = leaders;
    this.proposals = proposals;
    this.electionTimeout = settings.electionTimeout();
    this.ticking = workers.every(PERIOD, this::tick);
    leaders.onChange(this::leaderChanged);
  }

  /** A new term means that another may have renewed leases meanwhile. */
  private synchronized void leaderChanged() {
    var now = leaders.now();
    if (term != 0 && (!now.leads() || now.term() != term)) {
      leases.resign();
      term = 0;
    }
    if (term == 0 && now.leads()) {
      leases.becomeLeader(electionTimeout);
      term = now.term();
    }
  }

  private void tick() {
    if (leaders.now().leads()) {
      for (long id : leases.expired(MAX_REVOKES_UNDER_WAY - revokes.get())) {
        revoke(id);
      }
      checkpoint();
    }
  }

  private void revoke(long id) {
    revokes.incrementAndGet();
    var request = LeaseRevokeRequest.newBuilder().setID(id);
    var unused =
        proposals
            .propose(Command.newBuilder().setLeaseRevoke(request))
            .whenComplete((done, failure) -> revoked(id, failure));
  }

  private void revoked(long id, @Nullable Throwable failure) {
    revokes.decrementAndGet();
    if (failure != null) {
      log.debug("lease {} has run out but is not revoked yet", Long.toHexString(id), failure);
    }
  }

  private void checkpoint() {
    var due = leases.checkpointsDue(MAX_CHECKPOINTS);
    if (due.isEmpty()) {
      return;
    }
    var request = LeaseCheckpointRequest.newBuilder();
    for (var checkpoint : due) {
      request.addCheckpoints(
          LeaseCheckpoint.newBuilder()
              .setID(checkpoint.id())
              .setRemainingTTL(checkpoint.remainingSeconds()));
    }
    var unused = proposals.propose(Command.newBuilder().setLeaseCheckpoint(request));
  }

  @Override
  public void close() {
    ticking.cancel(false);
  }
}
