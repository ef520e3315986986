package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.wire.LeaseCheckpoint;
import dev.rondo.etcd.wire.LeaseCheckpointRequest;
import dev.rondo.etcd.wire.LeaseCheckpointResponse;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * The leader's word on the time of leases. Everything here fails with NOT_LEADER if this member is
 * not the leader, or ceases to be while it answers. Answers have no header.
 */
final class LeaseDesk {
  private final Consensus consensus;
  private final AppliedIndex applied;
  private final Lessor leases;
  private final Proposals proposals;

  LeaseDesk(Consensus consensus, AppliedIndex applied, Lessor leases, Proposals proposals) {
    this.consensus = consensus;
    this.applied = applied;
    this.leases = leases;
    this.proposals = proposals;
  }

  /** The TTL is 0 if there is no such lease. */
  CompletableFuture<LeaseKeepAliveResponse> renew(long id) {
    return found(() -> renewed(id))
        .exceptionally(failure -> ifNotFound(failure, 0L))
        .thenApply(ttl -> LeaseKeepAliveResponse.newBuilder().setID(id).setTTL(ttl).build());
  }

  /** A stored remaining time would be too little for a leader to come: it is reset first. */
  private CompletableFuture<Long> renewed(long id) {
    if (!leases.hasCheckpoint(id)) {
      return CompletableFuture.completedFuture(leases.renew(id));
    }
    var reset =
        LeaseCheckpointRequest.newBuilder()
            .addCheckpoints(LeaseCheckpoint.newBuilder().setID(id).setRemainingTTL(0));
    return proposals
        .<LeaseCheckpointResponse>propose(Command.newBuilder().setLeaseCheckpoint(reset))
        .thenApply(done -> leases.renew(id));
  }

  /** The TTL is -1 if there is no such lease. */
  CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    var none = LeaseTimeToLiveResponse.newBuilder().setID(request.getID()).setTTL(-1).build();
    return found(() -> CompletableFuture.completedFuture(times(request)))
        .exceptionally(failure -> ifNotFound(failure, none));
  }

  private LeaseTimeToLiveResponse times(LeaseTimeToLiveRequest request) {
    var times = leases.times(request.getID()).orElseThrow(EtcdError.LEASE_NOT_FOUND::exception);
    var response =
        LeaseTimeToLiveResponse.newBuilder()
            .setID(times.id())
            .setTTL(times.remainingSeconds())
            .setGrantedTTL(times.grantedSeconds());
    return request.getKeys() ? response.addAllKeys(times.keys()).build() : response.build();
  }

  /**
   * Looks a lease up once all is applied that is committed. That there is none is believed only
   * from a leader that is sure to be one: one that was cut off does not know of later grants, and
   * finds that all leases ran out.
   */
  private <T> CompletableFuture<T> found(Supplier<CompletableFuture<T>> look) {
    if (!consensus.isLeader()) {
      return CompletableFuture.failedFuture(EtcdError.NOT_LEADER.exception());
    }
    return applied
        .reach(consensus.committedIndex())
        .thenCompose(done -> look.get())
        .exceptionallyCompose(
            failure ->
                isNotFound(failure) ? sure().thenCompose(done -> look.get()) : failed(failure));
  }

  private CompletableFuture<Void> sure() {
    return consensus
        .readIndex()
        .exceptionallyCompose(failure -> failed(EtcdError.NOT_LEADER.exception()))
        .thenCompose(applied::reach);
  }

  private static <T> CompletableFuture<T> failed(Throwable failure) {
    return CompletableFuture.failedFuture(failure);
  }

  private static <T> T ifNotFound(Throwable failure, T answer) {
    if (isNotFound(failure)) {
      return answer;
    }
    throw new CompletionException(Failures.cause(failure));
  }

  private static boolean isNotFound(Throwable failure) {
    return Failures.cause(failure) instanceof EtcdErrorException refused
        && refused.error() == EtcdError.LEASE_NOT_FOUND;
  }
}
