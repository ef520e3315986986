package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * The members of the cluster, learners and those that have not started yet included.
 *
 * @param header where and when the answer was made; it has no revision
 * @param members in the order in which the server sent them
 */
public record MemberList(ResponseHeader header, List<Member> members) {
  /** Copies the list. */
  public MemberList {
    members = List.copyOf(members);
  }
}
