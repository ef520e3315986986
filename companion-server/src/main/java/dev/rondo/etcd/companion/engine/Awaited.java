package dev.rondo.etcd.companion.engine;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The proposals of this member's present life whose results are awaited. Safe for use by many
 * threads.
 */
final class Awaited {
  private final long memberId;
  private final long incarnation;
  private final ConcurrentHashMap<Long, Proposal> proposals = new ConcurrentHashMap<>();

  Awaited(EngineSettings settings) {
    this.memberId = settings.memberId();
    this.incarnation = settings.incarnation();
  }

  /** Whether results of the batch may be awaited here. */
  boolean isOwn(CommandBatch batch) {
    return batch.getMemberId() == memberId && batch.getIncarnation() == incarnation;
  }

  CommandBatch.Builder newBatch() {
    return CommandBatch.newBuilder().setMemberId(memberId).setIncarnation(incarnation);
  }

  /** Until its result is there, or nobody wants it any more. */
  void add(Proposal proposal) {
    proposals.put(proposal.requestId(), proposal);
    var unused =
        proposal.result().whenComplete((done, failed) -> proposals.remove(proposal.requestId()));
  }

  void complete(long requestId, Outcome outcome) {
    var proposal = proposals.get(requestId);
    if (proposal != null) {
      outcome.into(proposal.result());
    }
  }

  Collection<Proposal> all() {
    return proposals.values();
  }
}
