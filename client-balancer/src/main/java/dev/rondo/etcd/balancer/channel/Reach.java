package dev.rondo.etcd.balancer.channel;

/** Which of the connected members may answer an attempt. */
public enum Reach {
  /** What the leader decides, at whichever member it arrives: writes and linearizable reads. */
  QUORUM,
  /** Streams: any member with a vote, for learners refuse them. */
  VOTERS,
  /** What each member answers alone, learners too: serializable reads. */
  ANY
}
