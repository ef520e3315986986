package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.wire.StatusResponse;

/**
 * What a member said of itself and its cluster.
 *
 * @param clusterId the cluster that it belongs to
 * @param memberId its own id
 * @param term the term of the consensus that it is in
 * @param leaderId the member that leads in this term; 0 for none that it knows
 * @param isLearner whether it has no vote
 */
record MemberReport(long clusterId, long memberId, long term, long leaderId, boolean isLearner) {
  static MemberReport of(StatusResponse status) {
    return new MemberReport(
        status.getHeader().getClusterId(),
        status.getHeader().getMemberId(),
        status.getRaftTerm(),
        status.getLeader(),
        status.getIsLearner());
  }
}
