package dev.rondo.etcd.balancer.channel;

import java.util.List;

/**
 * The lines that are up, by what they may be used for.
 *
 * @param quorum for writes and linearizable reads; empty while they have to wait for a leader
 * @param voters for streams
 * @param all for what every member answers alone
 */
record Places(List<Line> quorum, List<Line> voters, List<Line> all) {
  Places {
    quorum = List.copyOf(quorum);
    voters = List.copyOf(voters);
    all = List.copyOf(all);
  }
}
