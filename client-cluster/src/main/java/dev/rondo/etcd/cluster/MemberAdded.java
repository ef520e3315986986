package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import java.util.List;

/**
 * A member was added, and may now be started.
 *
 * @param header where and when the answer was made; it has no revision
 * @param member the new one, with its id and without a name
 * @param members all members, the new one included: what it needs as its initial cluster
 */
public record MemberAdded(ResponseHeader header, Member member, List<Member> members) {
  /** Copies the list. */
  public MemberAdded {
    members = List.copyOf(members);
  }
}
