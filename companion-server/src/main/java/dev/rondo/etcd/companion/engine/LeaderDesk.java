package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import java.util.concurrent.CompletableFuture;

/** Answers what members ask each other. Safe for use by many threads; never blocks. */
final class LeaderDesk {
  private final LeaseDesk leases;
  private final MemberKeeper members;

  LeaderDesk(LeaseDesk leases, MemberKeeper members) {
    this.leases = leases;
    this.members = members;
  }

  CompletableFuture<ByteString> answer(long from, ByteString message) {
    PeerQuestion question;
    try {
      question = PeerQuestion.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      return CompletableFuture.failedFuture(e);
    }
    return answer(from, question).thenApply(PeerAnswer::toByteString);
  }

  /** What is refused is an answer, too. */
  CompletableFuture<PeerAnswer> answer(long from, PeerQuestion question) {
    return reply(from, question)
        .thenApply(PeerAnswer.Builder::build)
        .exceptionally(LeaderDesk::refusal);
  }

  private CompletableFuture<PeerAnswer.Builder> reply(long from, PeerQuestion question) {
    var answer = PeerAnswer.newBuilder();
    return switch (question.getQuestionCase()) {
      case LEASE_RENEW ->
          leases.renew(question.getLeaseRenew().getID()).thenApply(answer::setLeaseRenew);
      case LEASE_TIME_TO_LIVE ->
          leases.timeToLive(question.getLeaseTimeToLive()).thenApply(answer::setLeaseTimeToLive);
      case MEMBER_PROMOTE ->
          members.promote(question.getMemberPromote()).thenApply(answer::setMemberPromote);
      case GREETING -> CompletableFuture.completedFuture(answer.setWelcome(members.welcome(from)));
      case QUESTION_NOT_SET ->
          CompletableFuture.failedFuture(new IllegalStateException("an empty question"));
    };
  }

  private static PeerAnswer refusal(Throwable failure) {
    if (Failures.cause(failure) instanceof EtcdErrorException refused) {
      return PeerAnswer.newBuilder().setRefusal(refused.error().name()).build();
    }
    throw new IllegalStateException("a member's question could not be answered", failure);
  }
}
