package dev.rondo.etcd.companion.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.wire.AlarmMember;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.Member;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MembersTest {
  private static final Member ONE = member(1, "http://one:1");
  private static final Member TWO = member(2, "http://two:1", "http://two:2");
  private static final Member LEARNER =
      member(7, "http://seven:1").toBuilder().setIsLearner(true).build();

  private final Members members = new Members(List.of(TWO, ONE));

  private static Member member(long id, String... peerUrls) {
    return Member.newBuilder().setID(id).addAllPeerURLs(List.of(peerUrls)).build();
  }

  private static AlarmMember alarm(long member, AlarmType type) {
    return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
  }

  private static void assertRefused(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EtcdErrorException.class, refusal -> assertThat(refusal.error()).isEqualTo(error));
  }

  @Test
  void listsMembersByTheirUnsignedIds() {
    members.add(member(-1, "http://last:1"));

    assertThat(members.list()).extracting(Member::getID).containsExactly(1L, 2L, -1L);
  }

  @Test
  void addsAMemberAndAnswersWithAll() {
    assertThat(members.add(LEARNER)).containsExactly(ONE, TWO, LEARNER);
    assertThat(members.find(7)).contains(LEARNER);
    assertThat(members.find(8)).isEmpty();
  }

  @Test
  void refusesAMemberThatIsThere() {
    assertRefused(EtcdError.MEMBER_EXISTS, () -> members.add(member(1, "http://other:1")));
  }

  @Test
  void refusesAPeerUrlThatAnyMemberHas() {
    assertRefused(
        EtcdError.PEER_URL_EXISTS, () -> members.add(member(3, "http://three:1", "http://two:2")));
    assertRefused(EtcdError.PEER_URL_EXISTS, () -> members.update(1, List.of("http://two:1")));
    assertThat(members.list()).containsExactly(ONE, TWO);
  }

  @Test
  void refusesASecondLearner() {
    members.add(LEARNER);

    assertRefused(
        EtcdError.TOO_MANY_LEARNERS,
        () -> members.add(member(8, "http://eight:1").toBuilder().setIsLearner(true).build()));
    assertThat(members.add(member(8, "http://eight:1"))).hasSize(4);
  }

  @Test
  void neverTakesARemovedIdAgain() {
    assertThat(members.remove(2)).containsExactly(ONE);

    assertThat(members.isRemoved(2)).isTrue();
    assertThat(members.isRemoved(1)).isFalse();
    assertRefused(EtcdError.MEMBER_NOT_FOUND, () -> members.add(TWO));
    assertRefused(EtcdError.MEMBER_NOT_FOUND, () -> members.remove(2));
    assertThat(members.add(member(3, "http://two:1"))).hasSize(2);
  }

  @Test
  void findsNothingToChangeInAMemberThatIsNotThere() {
    assertRefused(EtcdError.MEMBER_NOT_FOUND, () -> members.remove(3));
    assertRefused(EtcdError.MEMBER_NOT_FOUND, () -> members.update(3, List.of("http://x:1")));
    assertRefused(EtcdError.MEMBER_NOT_FOUND, () -> members.promote(3));
  }

  @Test
  void givesAMemberOtherPeerUrlsInTheOrderGivenAndLeavesTheRest() {
    members.add(LEARNER);
    members.publish(7, "seven", List.of("http://client:1"));

    members.update(7, List.of("http://z:1", "http://seven:1", "http://a:1"));

    assertThat(members.find(7))
        .contains(
            Member.newBuilder()
                .setID(7)
                .setName("seven")
                .addPeerURLs("http://z:1")
                .addPeerURLs("http://seven:1")
                .addPeerURLs("http://a:1")
                .addClientURLs("http://client:1")
                .setIsLearner(true)
                .build());
  }

  @Test
  void promotesALearnerAndNobodyElse() {
    members.add(LEARNER);

    assertThat(members.promote(7)).containsExactly(ONE, TWO, member(7, "http://seven:1"));

    assertRefused(EtcdError.MEMBER_NOT_LEARNER, () -> members.promote(7));
    assertRefused(EtcdError.MEMBER_NOT_LEARNER, () -> members.promote(1));
  }

  @Test
  void publishesNameAndClientUrlsOfMembersOnly() {
    members.remove(2);

    members.publish(1, "one", List.of("http://old:1"));
    members.publish(1, "one", List.of("http://client:1"));
    members.publish(2, "two", List.of("http://client:2"));

    assertThat(members.list())
        .containsExactly(ONE.toBuilder().setName("one").addClientURLs("http://client:1").build());
  }

  @Test
  void keepsTheListThatAReaderTook() {
    List<Member> before = members.list();

    members.remove(1);

    assertThat(before).containsExactly(ONE, TWO);
  }

  @Test
  void raisesAlarmsByMemberAndTypeAndListsThemInOrder() {
    assertThat(members.activate(9, AlarmType.NOSPACE)).containsExactly(alarm(9, AlarmType.NOSPACE));
    assertThat(members.activate(9, AlarmType.NOSPACE)).containsExactly(alarm(9, AlarmType.NOSPACE));
    members.activate(4, AlarmType.CORRUPT);
    members.activate(3, AlarmType.NOSPACE);
    members.activate(-1, AlarmType.NOSPACE);

    assertThat(members.alarms(AlarmType.NONE))
        .containsExactly(
            alarm(3, AlarmType.NOSPACE),
            alarm(9, AlarmType.NOSPACE),
            alarm(-1, AlarmType.NOSPACE),
            alarm(4, AlarmType.CORRUPT));
    assertThat(members.alarms(AlarmType.CORRUPT)).containsExactly(alarm(4, AlarmType.CORRUPT));
    assertThat(members.isAlarmed(AlarmType.NOSPACE)).isTrue();
  }

  @Test
  void endsTheVeryAlarmThatItIsAskedToEnd() {
    members.activate(9, AlarmType.NOSPACE);
    members.activate(3, AlarmType.NOSPACE);

    assertThat(members.deactivate(9, AlarmType.CORRUPT)).isEmpty();
    assertThat(members.deactivate(5, AlarmType.NOSPACE)).isEmpty();
    assertThat(members.deactivate(9, AlarmType.NONE)).isEmpty();
    assertThat(members.deactivate(9, AlarmType.NOSPACE))
        .containsExactly(alarm(9, AlarmType.NOSPACE));
    assertThat(members.isAlarmed(AlarmType.NOSPACE)).isTrue();

    members.deactivate(3, AlarmType.NOSPACE);
    assertThat(members.isAlarmed(AlarmType.NOSPACE)).isFalse();
  }

  @Test
  void raisesNoAlarmWithoutATypeThatItKnows() {
    assertThat(members.activate(1, AlarmType.NONE)).isEmpty();
    assertThat(members.activate(1, AlarmType.UNRECOGNIZED)).isEmpty();
    assertThat(members.deactivate(1, AlarmType.UNRECOGNIZED)).isEmpty();
    assertThat(members.alarms(AlarmType.NONE)).isEmpty();
  }

  @Test
  void savesAndLoadsMembersRemovedIdsAndAlarmsAsTheyWereFrozen() throws IOException {
    members.remove(2);
    members.add(LEARNER);
    members.publish(1, "one", List.of("http://client:1"));
    members.activate(1, AlarmType.NOSPACE);
    List<Member> list = members.list();
    var saver = members.save();
    members.remove(7);
    var bytes = new ByteArrayOutputStream();
    saver.writeTo(bytes);
    bytes.write(77);
    var in = new ByteArrayInputStream(bytes.toByteArray());
    var other = new Members(List.of(member(5, "http://five:1")));
    other.activate(5, AlarmType.CORRUPT);

    other.load(in);

    assertThat(other.list()).isEqualTo(list);
    assertThat(other.isRemoved(2)).isTrue();
    assertThat(other.isRemoved(7)).isFalse();
    assertThat(other.alarms(AlarmType.NONE)).containsExactly(alarm(1, AlarmType.NOSPACE));
    assertThat(in.read()).isEqualTo(77);
  }

  @Test
  void savesATableOfNothing() throws IOException {
    var bytes = new ByteArrayOutputStream();
    new Members(List.of()).save().writeTo(bytes);

    members.load(new ByteArrayInputStream(bytes.toByteArray()));

    assertThat(members.list()).isEmpty();
  }

  @Test
  void keepsItsTableIfTheSnapshotEndsEarly() throws IOException {
    members.activate(1, AlarmType.NOSPACE);
    var saved = new ByteArrayOutputStream();
    members.save().writeTo(saved);
    members.remove(2);

    for (int length = 0; length < saved.size(); length++) {
      var cut = new ByteArrayInputStream(saved.toByteArray(), 0, length);
      assertThatThrownBy(() -> members.load(cut)).isInstanceOf(IOException.class);
    }

    assertThat(members.list()).containsExactly(ONE);
    assertThat(members.isRemoved(2)).isTrue();
  }
}
