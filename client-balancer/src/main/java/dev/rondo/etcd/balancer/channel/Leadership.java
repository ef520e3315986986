package dev.rondo.etcd.balancer.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /** Whether it has to be found out who leads. */
  boolean isOpen() {
    return term != 0 && (leaderId == 0 || (isLost && !isAlive));
  }

  /**
   * Where writes and linearizable reads go under {@link
   * dev.rondo.etcd.balancer.PickPolicy#LEADER_FIRST}: to the leader; or nowhere, while it is not
   * known who leads; or to all, if the leader is there but not for us.
   */
  List<Line> places(List<EndpointLink> connectedVoters) {
    Optional<EndpointLink> leader =
        connectedVoters.stream().filter(link -> leads(link.report())).findFirst();
    if (leader.isPresent()) {
      return List.of(leader.get().line());
    }
    if (isOpen()) {
      return List.of();
    }
    List<Line> all = new ArrayList<>();
    connectedVoters.forEach(link -> all.add(link.line()));
    return all;
  }

  private boolean leads(@Nullable MemberReport member) {
    // a leader that was killed and is back says itself that it leads no more
    return member != null
        && leaderId != 0
        && member.memberId() == leaderId
        && member.leaderId() == leaderId;
  }
}
