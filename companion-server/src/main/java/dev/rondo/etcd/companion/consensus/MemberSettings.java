package dev.rondo.etcd.companion.consensus;

import java.nio.file.Path;

/**
 * How a member takes part.
 *
 * @param member its id, not 0
 * @param initial who is in the cluster when this member starts for the first time, itself included:
 *     a member of a new cluster as a voter, like all its peers; one that joins as a learner beside
 *     those who are there. When it starts again, what its directory holds counts instead.
 * @param directory where log, vote and snapshots are kept; made if it is not there, never deleted
 * @param preVote whether a member asks before it stands for election, so that one that comes back
 *     from isolation disturbs nobody
 * @param snapshotEntries after how many entries a snapshot is taken and the log before it dropped
 * @param keptEntries how many of the newest entries stay in the log whatever the snapshot covers,
 *     so that members that lag a little need none; more do, as the log is dropped in files of 2 MB
 */
public record MemberSettings(
    long member,
    Configuration initial,
    Path directory,
    Timings timings,
    boolean preVote,
    int snapshotEntries,
    int keptEntries) {
  public MemberSettings {
    if (!initial.voters().contains(member) && !initial.learners().contains(member)) {
      throw new IllegalArgumentException(
          "initial must contain member " + Long.toHexString(member) + ", was " + initial);
    }
    if (snapshotEntries < 1 || keptEntries < 0) {
      throw new IllegalArgumentException(
          "snapshotEntries must be at least 1 and keptEntries not negative, were "
              + snapshotEntries
              + " and "
              + keptEntries);
    }
  }

  /** Whether the member starts as one that joins a cluster. */
  public boolean joins() {
    return initial.learners().contains(member);
  }
}
