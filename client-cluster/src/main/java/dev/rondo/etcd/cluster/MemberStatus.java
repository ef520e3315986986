package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How one member is doing, by its own account.
 *
 * @param header which member answered, and where it stands
 * @param version the version of etcd that it runs
 * @param dbSize bytes of its backend file, free pages included
 * @param dbSizeInUse bytes of it that hold data; {@link MaintenanceClient#defragment} gives back
 *     the rest
 * @param leader the leader as this member sees it, or {@link MemberId#NONE}
 * @param raftIndex the newest entry of the log that it knows to be committed
 * @param raftTerm its Raft term
 * @param raftAppliedIndex the newest entry of the log that it has applied
 * @param errors what is wrong with it, alarms and a missing leader included; empty if nothing
 * @param isLearner whether it follows without a vote
 * @param storageVersion the version of its storage format; servers before 3.6 do not tell
 * @param dbSizeQuota bytes at which it raises {@link AlarmType#NOSPACE}; servers before 3.6 do not
 *     tell
 * @param downgradeTarget the version to which the cluster is on its way down; empty if it is not,
 *     and with servers before 3.6
 */
public record MemberStatus(
    ResponseHeader header,
    String version,
    long dbSize,
    long dbSizeInUse,
    MemberId leader,
    long raftIndex,
    long raftTerm,
    long raftAppliedIndex,
    List<String> errors,
    boolean isLearner,
    Optional<String> storageVersion,
    OptionalLong dbSizeQuota,
    Optional<String> downgradeTarget) {
  /** Copies the list. */
  public MemberStatus {
    errors = List.copyOf(errors);
  }

  /** Whether this member holds itself to be the leader. */
  public boolean isLeader() {
    return !leader.isNone() && leader.equals(header.memberId());
  }
}
