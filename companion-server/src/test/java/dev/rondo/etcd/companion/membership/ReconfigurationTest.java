package dev.rondo.etcd.companion.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.wire.Member;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReconfigurationTest {
  private static final Member LEARNER = Member.newBuilder().setID(9).setIsLearner(true).build();
  private static final Set<Long> NOBODY = Set.of();

  private static Member started(long id) {
    return Member.newBuilder().setID(id).setName("member " + id).build();
  }

  private static Member unstarted(long id) {
    return Member.newBuilder().setID(id).build();
  }

  private static void assertAllowed(ThrowingCallable check) {
    assertThatCode(check).doesNotThrowAnyException();
  }

  private static void assertRefused(EtcdError error, ThrowingCallable check) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            EtcdErrorException.class, refusal -> assertThat(refusal.error()).isEqualTo(error));
  }

  @Test
  void letsASingleMemberGrow() {
    assertAllowed(() -> Reconfiguration.checkAdd(List.of(started(1)), false, Set.of(1L)));
  }

  @Test
  void addsNoVoterWhileTheQuorumToBeIsNotStarted() {
    List<Member> two = List.of(started(1), unstarted(2));
    List<Member> three = List.of(started(1), started(2), unstarted(3));

    assertRefused(
        EtcdError.MEMBER_NOT_ENOUGH_STARTED,
        () -> Reconfiguration.checkAdd(two, false, Set.of(1L, 2L)));
    assertRefused(
        EtcdError.MEMBER_NOT_ENOUGH_STARTED,
        () -> Reconfiguration.checkAdd(three, false, Set.of(1L, 2L, 3L)));
    assertAllowed(
        () ->
            Reconfiguration.checkAdd(
                List.of(started(1), started(2), started(3)), false, Set.of(1L, 2L, 3L)));
  }

  @Test
  void doesNotAskALearnerForAQuorum() {
    List<Member> two = List.of(started(1), unstarted(2));

    assertAllowed(() -> Reconfiguration.checkAdd(two, true, Set.of(1L, 2L)));
  }

  @Test
  void addsNobodyUnlessEveryVoterIsHealthy() {
    List<Member> members = List.of(started(1), started(2), started(3), LEARNER);

    assertAllowed(() -> Reconfiguration.checkAdd(members, false, Set.of(1L, 2L, 3L)));
    assertRefused(
        EtcdError.UNHEALTHY, () -> Reconfiguration.checkAdd(members, false, Set.of(1L, 2L, 9L)));
    assertRefused(
        EtcdError.UNHEALTHY, () -> Reconfiguration.checkAdd(members, true, Set.of(1L, 2L, 9L)));
  }

  @Test
  void neverRemovesTheLastVoter() {
    assertRefused(
        EtcdError.MEMBER_NOT_ENOUGH_STARTED,
        () -> Reconfiguration.checkRemove(List.of(started(1)), 1, Set.of(1L), Set.of(1L)));
  }

  @Test
  void removesALearnerAlways() {
    assertAllowed(
        () -> Reconfiguration.checkRemove(List.of(started(1), LEARNER), 9, NOBODY, NOBODY));
  }

  @Test
  void removesAVoterOnlyIfAQuorumOfTheOthersIsStarted() {
    List<Member> members = List.of(started(1), started(2), unstarted(3));

    assertRefused(
        EtcdError.MEMBER_NOT_ENOUGH_STARTED,
        () -> Reconfiguration.checkRemove(members, 2, Set.of(1L), Set.of(1L)));
    assertAllowed(() -> Reconfiguration.checkRemove(members, 3, Set.of(1L), Set.of(1L)));
  }

  @Test
  void removesAVoterThatIsUpOnlyIfAQuorumStaysHealthy() {
    List<Member> members = List.of(started(1), started(2), started(3));
    Set<Long> two = Set.of(1L, 2L);

    assertRefused(EtcdError.UNHEALTHY, () -> Reconfiguration.checkRemove(members, 2, two, two));
    assertAllowed(() -> Reconfiguration.checkRemove(members, 3, two, two));
    assertAllowed(
        () -> Reconfiguration.checkRemove(members, 2, Set.of(1L, 2L, 3L), Set.of(1L, 2L, 3L)));
  }

  @Test
  void leavesAMemberThatIsNotThereToTheChangeItself() {
    List<Member> members = List.of(started(1), started(2), started(3));

    assertAllowed(() -> Reconfiguration.checkRemove(members, 77, Set.of(1L), Set.of(1L)));
  }

  @Test
  void promotesALearnerIfAQuorumWillBeStarted() {
    assertAllowed(() -> Reconfiguration.checkPromote(List.of(started(1), LEARNER)));
    assertAllowed(() -> Reconfiguration.checkPromote(List.of(started(1), unstarted(2), LEARNER)));
    assertRefused(
        EtcdError.MEMBER_NOT_ENOUGH_STARTED,
        () ->
            Reconfiguration.checkPromote(
                Stream.of(started(1), unstarted(2), unstarted(3), LEARNER).toList()));
  }
}
