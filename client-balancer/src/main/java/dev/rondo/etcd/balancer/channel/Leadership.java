package dev.rondo.etcd.balancer.channel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who leads the cluster, as far as its members told. In gRPC's synchronization context, but for
 * what is volatile.
 */
final class Leadership {
  private volatile long term;
  private volatile long leaderId; // 0 while the members of this term name none
  private boolean isLost; // we had a connection to this leader, and it broke
  private boolean isAlive; // and yet the cluster has it still: a quorum answered since

  /** The latest term that any answer showed. */
  long term() {
    return term;
  }

  /** The member that leads, as far as is known; 0 for none. */
  long leaderId() {
    return leaderId;
  }

  /** Takes in what a member said. Returns whether that was news. */
  boolean heard(MemberReport report) {
    if (report.term() < term || (report.term() == term && leaderId != 0)) {
      return false;
    }
    boolean isNews = report.term() > term || report.leaderId() != leaderId;
    term = report.term();
    leaderId = report.leaderId();
    isLost = isLost && !isNews;
    isAlive = isAlive && !isNews;
    return isNews;
  }

  /** The connection to this member broke. */
  void lost(@Nullable MemberReport member) {
    if (member != null && member.memberId() == leaderId) {
      isLost = true;
      isAlive = false;
    }
  }

  /** A quorum answered through another member: the leader lives, and only we cannot reach it. */
  void alive() {
    isAlive = true;
  }

  /** Whether members told that they know no leader. */
  boolean isUnknown() {
    return term != 0 && leaderId == 0;
  }

  /** Whether the leader's connection broke, and nobody knows what became of it. */
  boolean isMissing() {
    return isLost && !isAlive;
  }

  /**
   * Where writes and linearizable reads go under {@link
   * dev.rondo.etcd.balancer.PickPolicy#LEADER_FIRST}: to the leader; or nowhere, while it is not
   * known who leads; or to all, if the leader is there but not for us, or if nobody tells.
   */
  List<Line> places(List<EndpointLink> connectedVoters) {
    for (EndpointLink link : connectedVoters) {
      MemberReport said = link.report();
      if (said != null && said.memberId() == leaderId) {
        // it may have been killed and be back, or not know yet that it won
        boolean leads = said.leaderId() == leaderId && said.term() == term;
        return leads ? List.of(link.line()) : List.of();
      }
    }
    boolean isKnown = term == 0 || (leaderId != 0 && !isMissing());
    return isKnown ? connectedVoters.stream().map(EndpointLink::line).toList() : List.of();
  }
}
