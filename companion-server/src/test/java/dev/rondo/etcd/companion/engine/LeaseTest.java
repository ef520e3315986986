package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.OTHER;
import static dev.rondo.etcd.companion.engine.LoneMember.REQUEST_TIMEOUT;
import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.bytes;
import static dev.rondo.etcd.companion.engine.LoneMember.deleteOf;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseStatus;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;
  private final LoneConsensus consensus = member.consensus;

  @AfterEach
  void close() {
    member.close();
  }

  private LeaseTimeToLiveResponse times(long id) {
    var request = LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build();
    return done(engine.leaseTimeToLive(request));
  }

  private long renew(long id) {
    return done(engine.leaseRenew(id)).getTTL();
  }

  @Test
  void drawsAnIdIfThereIsNone() {
    var first = done(engine.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(10).build()));
    var second = done(engine.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(10).build()));

    assertThat(first.getID()).isPositive().isNotEqualTo(second.getID());
    assertThat(first.getHeader().getRevision()).isOne();
  }

  @Test
  void grantsAtLeastTheShortestTtlAndEachIdOnce() {
    assertThat(member.grant(7, 1)).isEqualTo(2);
    assertRefused(
        engine.leaseGrant(LeaseGrantRequest.newBuilder().setID(7).setTTL(9).build()),
        EtcdError.LEASE_EXISTS);
    assertRefused(
        engine.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(9_000_000_001L).build()),
        EtcdError.LEASE_TTL_TOO_LARGE);
  }

  @Test
  void keysFollowTheLeaseOfTheirLastPut() {
    member.grant(7, 10);
    member.grant(8, 10);
    member.put("b", "1", 7);
    member.put("a", "1", 7);
    assertThat(times(7).getKeysList()).containsExactly(bytes("a"), bytes("b"));

    member.put("a", "2", 8);
    member.put("b", "2");

    assertThat(times(7).getKeysList()).isEmpty();
    assertThat(times(8).getKeysList()).containsExactly(bytes("a"));
    done(engine.deleteRange(deleteOf("a").build()));
    assertThat(times(8).getKeysList()).isEmpty();
  }

  @Test
  void aRevokeDeletesAllKeysInOneRevisionAndInOrder() {
    member.grant(7, 10);
    member.put("c", "1", 7);
    member.put("a", "1", 7);
    member.put("b", "1");

    var revoked = done(engine.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));

    assertThat(revoked.getHeader().getRevision()).isEqualTo(5);
    var commit = member.store.history(5, 10).commits().get(0);
    assertThat(commit.changes()).allMatch(Change::isDelete);
    assertThat(commit.changes())
        .extracting(change -> change.keyValue().getKey())
        .containsExactly(bytes("a"), bytes("c"));
    assertRefused(
        engine.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()),
        EtcdError.LEASE_NOT_FOUND);
  }

  @Test
  void aRevokeOfALeaseWithoutKeysIsNoNewRevision() {
    member.grant(7, 10);

    var revoked = done(engine.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));

    assertThat(revoked.getHeader().getRevision()).isOne();
  }

  @Test
  void leasesThatRunOutAreRevoked() {
    member.grant(7, 10);
    member.grant(8, 30);
    member.put("a", "1", 7);
    member.put("b", "1", 8);

    member.time.advance(Duration.ofSeconds(9));
    assertThat(member.get(rangeOf("a")).getCount()).isOne();
    member.time.advance(Duration.ofMillis(1200));

    assertThat(member.get(rangeOf("a")).getCount()).isZero();
    assertThat(member.get(rangeOf("b")).getCount()).isOne();
    assertThat(done(engine.leaseLeases()).getLeasesList())
        .extracting(LeaseStatus::getID)
        .containsExactly(8L);
  }

  @Test
  void manyLeasesThatRunOutTogetherAreGoneSoon() {
    for (int i = 1; i <= 10_000; i++) {
      member.grant(i, 10);
    }

    member.time.advance(Duration.ofSeconds(12));

    assertThat(done(engine.leaseLeases()).getLeasesList()).isEmpty();
  }

  @Test
  void renewedLeasesLiveOn() {
    member.grant(7, 10);
    for (int i = 0; i < 5; i++) {
      member.time.advance(Duration.ofSeconds(6));
      assertThat(renew(7)).isEqualTo(10);
    }

    assertThat(times(7).getTTL()).isEqualTo(10);
    assertThat(times(7).getGrantedTTL()).isEqualTo(10);
  }

  @Test
  void aLeaseThatIsNotThereHasNoTime() {
    assertThat(renew(9)).isZero();
    assertThat(times(9).getTTL()).isEqualTo(-1);
    assertThat(times(9).getID()).isEqualTo(9);
    assertThat(times(9).getHeader().getMemberId()).isEqualTo(LoneMember.ID);
  }

  @Test
  void aLeaderThatIsNotSureToBeOneDoesNotSayThatALeaseIsGone() {
    member.grant(7, 10);
    consensus.holds = true; // so that nothing is revoked
    member.time.advance(Duration.ofSeconds(11));
    consensus.canReadIndex = false;

    var renewal = engine.leaseRenew(7);
    var look = engine.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(9).build());
    assertThat(renewal).isNotDone();
    assertThat(look).isNotDone();
    consensus.canReadIndex = true;
    member.time.advance(Duration.ofMillis(50));

    assertThat(done(renewal).getTTL()).isZero();
    assertThat(done(look).getTTL()).isEqualTo(-1);
  }

  @Test
  void aLeaseIsFoundRightAfterItsGrantWasCommitted() {
    consensus.unapplied = 1; // the grant is committed, but not applied by the leader
    var renewal = engine.leaseRenew(7);
    assertThat(renewal).isNotDone();

    member.grant(7, 10);

    assertThat(done(renewal).getTTL()).isEqualTo(10);
  }

  @Test
  void aKeyIsTheLeasesRightAfterItsPutWasCommitted() {
    member.grant(7, 10);
    consensus.unapplied = 1;
    var request = LeaseTimeToLiveRequest.newBuilder().setID(7).setKeys(true).build();
    var look = engine.leaseTimeToLive(request);
    assertThat(look).isNotDone();

    member.put("a", "1", 7);

    assertThat(done(look).getKeysList()).containsExactly(bytes("a"));
  }

  @Test
  void followersAskTheLeader() {
    consensus.others =
        (to, question) -> {
          assertThat(to).isEqualTo(OTHER);
          var response = LeaseKeepAliveResponse.newBuilder().setTTL(42);
          return CompletableFuture.completedFuture(
              PeerAnswer.newBuilder().setLeaseRenew(response).build());
        };

    consensus.follow(OTHER, 3);

    assertThat(renew(7)).isEqualTo(42);
    assertThat(done(engine.leaseRenew(7)).getHeader().getMemberId()).isEqualTo(LoneMember.ID);
  }

  @Test
  void asksTheNewLeaderWhenTheOldOneIsNone() {
    member.grant(7, 10);
    consensus.follow(OTHER, 3); // who does not answer
    var renewal = engine.leaseRenew(7);
    member.time.advance(Duration.ofSeconds(1));
    assertThat(renewal).isNotDone();

    consensus.lead(4);
    member.time.advance(Duration.ofMillis(50));

    assertThat(done(renewal).getTTL()).isEqualTo(10);
  }

  @Test
  void withoutALeaderThereIsNoAnswer() {
    consensus.loseLeader();
    var renewal = engine.leaseRenew(7);

    member.time.advance(REQUEST_TIMEOUT);

    assertRefused(renewal, EtcdError.NO_LEADER);
  }

  @Test
  void aLeaderThatDoesNotAnswerTimesOut() {
    consensus.follow(OTHER, 3);
    var renewal = engine.leaseRenew(7);

    member.time.advance(REQUEST_TIMEOUT);

    assertRefused(renewal, EtcdError.TIMEOUT);
  }

  @Test
  void onlyTheLeaderRevokesAndANewOneGivesMoreTime() {
    member.grant(7, 10);
    consensus.follow(OTHER, 3);
    member.time.advance(Duration.ofSeconds(60));
    assertThat(member.leases.exists(7)).isTrue();

    consensus.lead(4);
    member.time.advance(Duration.ofSeconds(10));
    assertThat(member.leases.exists(7)).isTrue();
    member.time.advance(Duration.ofSeconds(2)); // the whole TTL and an election timeout are over

    assertThat(member.leases.exists(7)).isFalse();
  }

  @Test
  void aLeaderInANewTermTakesItsClockForOutdated() {
    member.grant(7, 10);
    member.time.advance(Duration.ofSeconds(8));

    consensus.lead(3); // in between another may have led and renewed

    assertThat(times(7).getTTL()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void remainingTimesOfLongLeasesGoThroughTheLog() {
    member.grant(7, 1000);
    member.time.advance(Duration.ofMinutes(6));
    assertThat(member.leases.hasCheckpoint(7)).isTrue();

    consensus.lead(3);
    assertThat(times(7).getTTL()).isBetween(600L, 710L);

    assertThat(renew(7)).isEqualTo(1000);
    assertThat(member.leases.hasCheckpoint(7)).isFalse();
    assertThat(times(7).getTTL()).isEqualTo(1000);
  }
}
