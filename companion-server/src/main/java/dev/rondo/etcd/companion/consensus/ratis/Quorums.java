package dev.rondo.etcd.companion.consensus.ratis;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.ratis.server.RaftConfiguration;

/** The sets of voters of which a majority each must agree: two while they are being changed. */
record Quorums(Set<Long> current, Set<Long> previous) {
  static Quorums of(RaftConfiguration configuration) {
    return new Quorums(
        PeerIds.members(configuration.getCurrentPeers()),
        PeerIds.members(configuration.getPreviousPeers()));
  }

  Set<Long> voters() {
    var all = new HashSet<>(current);
    all.addAll(previous);
    return all;
  }

  boolean agree(LongPredicate agrees) {
    return isMajority(current, agrees) && (previous.isEmpty() || isMajority(previous, agrees));
  }

  private static boolean isMajority(Collection<Long> voters, LongPredicate agrees) {
    return voters.stream().filter(agrees::test).count() > voters.size() / 2;
  }
}
