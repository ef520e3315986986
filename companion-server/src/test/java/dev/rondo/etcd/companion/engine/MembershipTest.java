package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.ID;
import static dev.rondo.etcd.companion.engine.LoneMember.OTHER;
import static dev.rondo.etcd.companion.engine.LoneMember.REQUEST_TIMEOUT;
import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberAddResponse;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final Duration TICK = Duration.ofMillis(300);

  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;
  private final LoneConsensus consensus = member.consensus;

  @AfterEach
  void close() {
    member.close();
  }

  private MemberAddResponse add(boolean isLearner) {
    var request =
        MemberAddRequest.newBuilder().addPeerURLs("http://new:1").setIsLearner(isLearner).build();
    return done(engine.memberAdd(request));
  }

  private CompletableFuture<MemberPromoteResponse> promote(long id) {
    return engine.memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
  }

  private List<Member> list() {
    return done(engine.memberList(MemberListRequest.getDefaultInstance())).getMembersList();
  }

  private void greet(long from) {
    var greeting = PeerQuestion.newBuilder().setGreeting(Greeting.getDefaultInstance()).build();
    done(member.machine.answer(from, greeting.toByteString()));
  }

  /** A learner that runs and has the whole log. */
  private long addedLearner() {
    long id = add(true).getMember().getID();
    greet(id);
    consensus.matches.put(id, consensus.committedIndex());
    return id;
  }

  @Test
  void publishesItsNameOnceThereIsALeader() {
    try (var unborn = new LoneMember(List.of(LoneMember.member(ID)))) {
      assertThat(
              done(unborn.engine.memberList(MemberListRequest.getDefaultInstance()))
                  .getMembers(0)
                  .getName())
          .isEmpty();

      unborn.consensus.lead(2);

      var published =
          done(unborn.engine.memberList(MemberListRequest.getDefaultInstance())).getMembers(0);
      assertThat(published.getName()).isEqualTo("one");
      assertThat(published.getClientURLsList()).containsExactly("http://one");
    }
  }

  @Test
  void publishesAgainUntilItSucceeds() {
    try (var unborn = new LoneMember(List.of(LoneMember.member(ID)))) {
      unborn.time.advance(REQUEST_TIMEOUT.multipliedBy(3));

      unborn.consensus.lead(2);

      assertThat(
              done(unborn.engine.memberList(MemberListRequest.getDefaultInstance()))
                  .getMembers(0)
                  .getName())
          .isEqualTo("one");
    }
  }

  @Test
  void anAddedMemberHasNoNameAndDoesNotCountYet() {
    var added = add(true);

    assertThat(added.getHeader().getRevision()).isZero();
    assertThat(added.getHeader().getMemberId()).isEqualTo(ID);
    assertThat(added.getMember().getName()).isEmpty();
    assertThat(added.getMember().getIsLearner()).isTrue();
    assertThat(added.getMembersList()).isEqualTo(list()).hasSize(2);
    member.time.advance(TICK);
    assertThat(consensus.configuration()).isEqualTo(Configuration.of(Set.of(ID)));
  }

  @Test
  void aLearnerThatComesUpIsTakenIn() {
    long id = addedLearner();

    assertThat(consensus.configuration()).isEqualTo(new Configuration(Set.of(ID), Set.of(id)));
  }

  @Test
  void whoWasNeverAddedIsNotTakenIn() {
    greet(OTHER);
    member.time.advance(TICK);

    assertThat(consensus.configurations).hasSize(1);
  }

  @Test
  void anAddedVoterLearnsFirstAndVotesWhenItHasCaughtUp() {
    long id = add(false).getMember().getID();
    greet(id);
    member.time.advance(TICK);
    assertThat(consensus.configuration()).isEqualTo(new Configuration(Set.of(ID), Set.of(id)));

    consensus.matches.put(id, consensus.committedIndex());
    member.time.advance(TICK);

    assertThat(consensus.configuration()).isEqualTo(Configuration.of(Set.of(ID, id)));
  }

  @Test
  void aLearnerIsPromotedWhenItHasNineTenthsOfTheLog() {
    for (int i = 0; i < 98; i++) {
      member.put("a", "1");
    }
    long id = add(true).getMember().getID();
    assertRefused(promote(id), EtcdError.LEARNER_NOT_READY);
    greet(id);
    consensus.matches.put(id, consensus.committedIndex() * 9 / 10 - 1);
    assertRefused(promote(id), EtcdError.LEARNER_NOT_READY);

    consensus.matches.put(id, consensus.committedIndex() * 9 / 10 + 1);
    var promoted = promote(id);
    member.time.advance(TICK);

    assertThat(done(promoted).getMembersList()).noneMatch(Member::getIsLearner);
    assertThat(done(promoted).getHeader().getRevision()).isZero();
    assertThat(consensus.configuration()).isEqualTo(Configuration.of(Set.of(ID, id)));
  }

  @Test
  void onlyLearnersThatAreThereCanBePromoted() {
    assertRefused(promote(OTHER), EtcdError.MEMBER_NOT_FOUND);
    assertRefused(promote(ID), EtcdError.MEMBER_NOT_LEARNER);
  }

  @Test
  void followersLetTheLeaderPromote() {
    consensus.follow(OTHER, 3);
    consensus.others =
        (to, question) ->
            CompletableFuture.completedFuture(
                PeerAnswer.newBuilder().setRefusal(EtcdError.LEARNER_NOT_READY.name()).build());

    assertRefused(promote(7), EtcdError.LEARNER_NOT_READY);
  }

  @Test
  void aRemovedMemberIsTakenOut() {
    long id = addedLearner();

    var removal = engine.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
    assertThat(removal).isNotDone();
    member.time.advance(TICK);

    assertThat(done(removal).getMembersList()).hasSize(1);
    assertThat(consensus.configuration()).isEqualTo(Configuration.of(Set.of(ID)));
    assertRefused(
        engine.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()),
        EtcdError.MEMBER_NOT_FOUND);
  }

  @Test
  void aMemberThatRemovesItselfAnswersAndStopsASecondLater() {
    var told = new AtomicInteger();
    engine.onRemoved(told::incrementAndGet);
    long other = addedVoter();
    publish(other);
    consensus.others =
        (to, question) -> CompletableFuture.completedFuture(PeerAnswer.getDefaultInstance());
    member.time.advance(Duration.ofSeconds(6));

    var removal = engine.memberRemove(MemberRemoveRequest.newBuilder().setID(ID).build());

    assertThat(removal).isCompleted();
    member.time.advance(Duration.ofMillis(900));
    assertThat(told).hasValue(0);
    member.time.advance(Duration.ofMillis(200));
    assertThat(told).hasValue(1);
  }

  private long addedVoter() {
    long id = add(false).getMember().getID();
    greet(id);
    consensus.matches.put(id, consensus.committedIndex());
    member.time.advance(TICK);
    return id;
  }

  private void publish(long id) {
    var name = Member.newBuilder().setID(id).setName("other");
    var command = Command.newBuilder().setMemberPublish(name);
    consensus.commit(
        CommandBatch.newBuilder().setMemberId(id).addCommands(command).build().toByteString());
  }

  @Test
  void aMemberThatWasRemovedWhileAwayHearsOfItFromTheOthers() {
    var told = new AtomicInteger();
    engine.onRemoved(told::incrementAndGet);
    addedLearner();
    consensus.others =
        (to, question) ->
            CompletableFuture.completedFuture(
                PeerAnswer.newBuilder().setWelcome(Welcome.newBuilder().setRemoved(true)).build());
    consensus.loseLeader();

    member.time.advance(Duration.ofSeconds(3));

    assertThat(told).hasValue(1);
  }

  @Test
  void greetingsOfRemovedMembersAreAnsweredSo() throws Exception {
    long id = addedLearner();
    var removal = engine.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
    member.time.advance(TICK);
    done(removal);

    var greeting = PeerQuestion.newBuilder().setGreeting(Greeting.getDefaultInstance()).build();
    var answer = done(member.machine.answer(id, greeting.toByteString()));

    assertThat(PeerAnswer.parseFrom(answer).getWelcome().getRemoved()).isTrue();
  }

  @Test
  void membersAreOnlyAddedWhileTheVotersAreHealthy() {
    addedVoter();
    var request = MemberAddRequest.newBuilder().addPeerURLs("http://third:1").build();

    assertRefused(engine.memberAdd(request), EtcdError.MEMBER_NOT_ENOUGH_STARTED);
    publish(list().stream().map(Member::getID).filter(id -> id != ID).findFirst().orElseThrow());
    assertRefused(engine.memberAdd(request), EtcdError.UNHEALTHY);

    consensus.others =
        (to, question) -> CompletableFuture.completedFuture(PeerAnswer.getDefaultInstance());
    member.time.advance(Duration.ofSeconds(4));
    assertRefused(engine.memberAdd(request), EtcdError.UNHEALTHY);
    member.time.advance(Duration.ofSeconds(2));
    assertThat(engine.memberAdd(request)).isCompleted();
  }

  @Test
  void aConnectionThatFailsIsNotHealthyForAWhile() {
    long other = addedVoter();
    publish(other);
    var request = MemberAddRequest.newBuilder().addPeerURLs("http://third:1").build();
    var answers = consensus.others;
    consensus.others =
        (to, question) -> CompletableFuture.completedFuture(PeerAnswer.getDefaultInstance());
    member.time.advance(Duration.ofSeconds(6));
    consensus.others = answers;
    member.time.advance(TICK);
    consensus.others =
        (to, question) -> CompletableFuture.completedFuture(PeerAnswer.getDefaultInstance());
    member.time.advance(TICK);

    assertRefused(engine.memberAdd(request), EtcdError.UNHEALTHY);
  }

  @Test
  void peerUrlsAreUpdated() {
    var request = MemberUpdateRequest.newBuilder().setID(ID).addPeerURLs("http://moved:1").build();

    var updated = done(engine.memberUpdate(request));

    assertThat(updated.getMembers(0).getPeerURLsList()).containsExactly("http://moved:1");
    assertRefused(
        engine.memberUpdate(request.toBuilder().setID(OTHER).build()), EtcdError.MEMBER_NOT_FOUND);
  }

  @Test
  void listsWaitForAllThatWasCommittedIfAsked() {
    consensus.unapplied = 1;

    var stale = engine.memberList(MemberListRequest.getDefaultInstance());
    var linearizable =
        engine.memberList(MemberListRequest.newBuilder().setLinearizable(true).build());

    assertThat(stale).isCompleted();
    assertThat(linearizable).isNotDone();
    member.put("a", "1");
    assertThat(linearizable).isCompleted();
  }

  @Test
  void onlyTheLeaderHandsOverAndOnlyToVoters() {
    long learner = addedLearner();

    assertRefused(moveTo(OTHER), EtcdError.BAD_LEADER_TRANSFEREE);
    assertRefused(moveTo(learner), EtcdError.BAD_LEADER_TRANSFEREE);
    assertThat(moveTo(ID)).isCompleted();
    consensus.follow(OTHER, 3);
    assertRefused(moveTo(ID), EtcdError.NOT_LEADER);
  }

  @Test
  void leadershipGoesToANewVoterAsSoonAsItVotes() {
    long id = add(false).getMember().getID();
    greet(id);
    var moved = moveTo(id);
    member.time.advance(TICK);
    assertThat(moved).isNotDone();

    consensus.matches.put(id, consensus.committedIndex());
    member.time.advance(TICK);

    assertThat(moved).isCompleted();
    assertThat(engine.leadership().leader()).isEqualTo(id);
  }

  @Test
  void leadershipThatCannotBeHandedOverTimesOut() {
    long id = add(false).getMember().getID();
    var moved = moveTo(id);

    member.time.advance(REQUEST_TIMEOUT.plusMillis(100));

    assertThatThrownBy(moved::join)
        .hasMessageContaining("etcdserver: request timed out, leader transfer took too long");
  }

  private CompletableFuture<?> moveTo(long target) {
    return engine.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
  }
}
