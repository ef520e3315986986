package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.membership.MemberIds;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.companion.membership.Reconfiguration;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberAddResponse;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberListResponse;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberRemoveResponse;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.MemberUpdateResponse;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.MoveLeaderResponse;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Requests about members: etcd's checks before a change is proposed, and then the change. Safe for
 * use by many threads.
 */
final class Memberships {
  private static final Duration POLL = Duration.ofMillis(20);

  private final EngineSettings settings;
  private final Consensus consensus;
  private final Members table;
  private final Proposals proposals;
  private final LinearizableReads reads;
  private final LeaderCalls leader;
  private final Neighbours neighbours;
  private final Headers headers;
  private final Workers workers;

  Memberships(
      EngineSettings settings,
      Consensus consensus,
      Members table,
      Proposals proposals,
      LinearizableReads reads,
      LeaderCalls leader,
      Neighbours neighbours,
      Headers headers,
      Workers workers) {
    this.settings = settings;
    this.consensus = consensus;
    this.table = table;
    this.proposals = proposals;
    this.reads = reads;
    this.leader = leader;
    this.neighbours = neighbours;
    this.headers = headers;
    this.workers = workers;
  }

  CompletableFuture<MemberListResponse> list(MemberListRequest request) {
    var ready =
        request.getLinearizable() ? reads.confirm() : CompletableFuture.<Void>completedFuture(null);
    return ready.thenApply(
        done ->
            MemberListResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(table.list())
                .build());
  }

  CompletableFuture<MemberAddResponse> add(MemberAddRequest request) {
    try {
      if (settings.strictReconfiguration()) {
        Reconfiguration.checkAdd(table.list(), request.getIsLearner(), neighbours.healthy());
      }
    } catch (EtcdErrorException e) {
      return CompletableFuture.failedFuture(e);
    }
    var member =
        Member.newBuilder()
            .setID(MemberIds.added(request.getPeerURLsList(), Instant.now()))
            .addAllPeerURLs(request.getPeerURLsList())
            .setIsLearner(request.getIsLearner());
    return proposals.propose(Command.newBuilder().setMemberAdd(member));
  }

  CompletableFuture<MemberRemoveResponse> remove(MemberRemoveRequest request) {
    long id = request.getID();
    try {
      if (settings.strictReconfiguration()) {
        Reconfiguration.checkRemove(table.list(), id, neighbours.active(), neighbours.healthy());
      }
    } catch (EtcdErrorException e) {
      return CompletableFuture.failedFuture(e);
    }
    return proposals
        .<MemberRemoveResponse>propose(Command.newBuilder().setMemberRemove(request))
        .thenCompose(
            response ->
                id == settings.memberId()
                    ? CompletableFuture.completedFuture(response) // it will hear no more of others
                    : once(now -> !isIn(now, id), response));
  }

  CompletableFuture<MemberUpdateResponse> update(MemberUpdateRequest request) {
    return proposals.propose(Command.newBuilder().setMemberUpdate(request));
  }

  CompletableFuture<MemberPromoteResponse> promote(MemberPromoteRequest request) {
    return leader
        .ask(PeerQuestion.newBuilder().setMemberPromote(request).build())
        .thenApply(
            answer ->
                answer.getMemberPromote().toBuilder().setHeader(headers.withoutRevision()).build())
        .thenCompose(response -> once(now -> now.voters().contains(request.getID()), response));
  }

  private static boolean isIn(Configuration now, long member) {
    return now.voters().contains(member) || now.learners().contains(member);
  }

  /**
   * Holds an answer back until consensus has followed the table, so that whoever has it may rely on
   * the new majority. Not for ever: the change is agreed on in any case.
   */
  private <T> CompletableFuture<T> once(Predicate<Configuration> followed, T response) {
    var answered = new CompletableFuture<T>();
    long end = workers.now() + settings.electionTimeout().multipliedBy(2).toNanos();
    await(followed, end, response, answered);
    return answered;
  }

  private <T> void await(
      Predicate<Configuration> followed, long end, T response, CompletableFuture<T> answered) {
    if (followed.test(consensus.configuration()) || workers.now() - end >= 0) {
      answered.complete(response);
    } else {
      workers.after(POLL, () -> await(followed, end, response, answered));
    }
  }

  CompletableFuture<MoveLeaderResponse> moveLeader(MoveLeaderRequest request) {
    if (!consensus.isLeader()) {
      return CompletableFuture.failedFuture(EtcdError.NOT_LEADER.exception());
    }
    long target = request.getTargetID();
    var member = table.find(target);
    if (member.isEmpty() || member.get().getIsLearner()) {
      return CompletableFuture.failedFuture(EtcdError.BAD_LEADER_TRANSFEREE.exception());
    }
    var moved = new CompletableFuture<MoveLeaderResponse>();
    move(target, workers.now() + settings.requestTimeout().toNanos(), moved);
    return moved;
  }

  /** Tried again while the target does not vote yet, or is not ready. */
  private void move(long target, long end, CompletableFuture<MoveLeaderResponse> moved) {
    long left = end - workers.now();
    if (consensus.leadership().leader() == target) {
      moved.complete(MoveLeaderResponse.getDefaultInstance());
    } else if (left <= 0) {
      moved.completeExceptionally(
          Status.UNKNOWN
              .withDescription("etcdserver: request timed out, leader transfer took too long")
              .asRuntimeException());
    } else if (!moved.isDone()) {
      long turn = Math.min(left, settings.electionTimeout().toNanos());
      var unused =
          consensus
              .transferLeadership(target, Duration.ofNanos(turn))
              .whenComplete((done, failure) -> workers.after(POLL, () -> move(target, end, moved)));
    }
  }
}
