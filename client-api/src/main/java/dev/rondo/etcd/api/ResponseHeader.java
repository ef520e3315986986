package dev.rondo.etcd.api;

/**
 * What every answer says about where and when it was made.
 *
 * @param clusterId the cluster, an unsigned number
 * @param memberId the member that answered
 * @param revision the store's revision when the answer was made, or {@link Revision#NONE}
 * @param raftTerm the Raft term at that time: a higher one means that an election took place
 */
public record ResponseHeader(long clusterId, MemberId memberId, Revision revision, long raftTerm) {}
