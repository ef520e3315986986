package dev.rondo.etcd.companion.membership;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.Member;
import java.util.List;
import java.util.Set;

/**
 * etcd's strict check of a change of members, made before it is proposed: it must leave a quorum of
 * voters that work. A member counts as started once its name is known.
 *
 * <p>Whom a member finds connected is for its caller to tell: <i>active</i> are those that it is
 * connected with now, <i>healthy</i> those that it has been connected with for the past five
 * seconds. Itself is always among both.
 */
public final class Reconfiguration {
  private Reconfiguration() {}

  /**
   * Whether a member may be added.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_ENOUGH_STARTED; UNHEALTHY
   *     if not all voters are healthy, also when a learner is added
   */
  public static void checkAdd(List<Member> members, boolean isLearner, Set<Long> healthy) {
    List<Member> voters = voters(members);
    if (!isLearner) {
      // A single member may always grow to two: it may have been restored from a backup.
      boolean isSingle = voters.size() == 1 && started(voters) == 1;
      if (!isSingle) {
        requireStarted(started(voters), voters.size() + 1);
      }
    }
    if (count(voters, healthy) < voters.size()) {
      throw EtcdError.UNHEALTHY.exception();
    }
  }

  /**
   * Whether a member may be removed: a learner always, a voter that is down if those who stay have
   * a quorum of started members, and one that is up if they have a quorum of healthy ones too.
   *
   * @param id also of a member that is not there: what is applied finds that
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_ENOUGH_STARTED, UNHEALTHY
   */
  public static void checkRemove(
      List<Member> members, long id, Set<Long> active, Set<Long> healthy) {
    if (members.stream().anyMatch(member -> member.getID() == id && member.getIsLearner())) {
      return;
    }
    List<Member> voters = voters(members);
    List<Member> staying = voters.stream().filter(member -> member.getID() != id).toList();
    requireStarted(started(staying), staying.size());
    if (!active.contains(id)) {
      return;
    }
    if (count(voters, healthy) - 1 < quorum(voters.size() - 1)) {
      throw EtcdError.UNHEALTHY.exception();
    }
  }

  /**
   * Whether a learner may be promoted, given that it is in sync with the leader.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException MEMBER_NOT_ENOUGH_STARTED
   */
  public static void checkPromote(List<Member> members) {
    List<Member> voters = voters(members);
    requireStarted(started(voters) + 1, voters.size() + 1);
  }

  private static void requireStarted(long started, int voters) {
    if (started < quorum(voters)) {
      throw EtcdError.MEMBER_NOT_ENOUGH_STARTED.exception();
    }
  }

  private static int quorum(int voters) {
    return voters / 2 + 1;
  }

  private static List<Member> voters(List<Member> members) {
    return members.stream().filter(member -> !member.getIsLearner()).toList();
  }

  private static long started(List<Member> members) {
    return members.stream().filter(member -> !member.getName().isEmpty()).count();
  }

  private static long count(List<Member> members, Set<Long> ids) {
    return members.stream().filter(member -> ids.contains(member.getID())).count();
  }
}
