package dev.rondo.etcd.balancer.channel;

/** Which of the connected members may answer an attempt. */
public enum Reach {
  /** What the leader decides, at whichever member it arrives: writes and linearizable reads. */
  QUORUM,
  /** Streams, and what a member with a vote answers alone: learners refuse it. */
  VOTERS,
  /** What each member answers alone, learners too: serializable reads of keys. */
  ANY
}
