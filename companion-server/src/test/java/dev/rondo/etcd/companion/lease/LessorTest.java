package dev.rondo.etcd.companion.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.lease.Lessor.Checkpoint;
import dev.rondo.etcd.companion.lease.Lessor.Times;
import dev.rondo.etcd.testing.FakeTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LessorTest {
  private static final Duration EXTENSION = Duration.ofSeconds(1);
  private static final ByteString A = ByteString.copyFromUtf8("a");
  private static final ByteString B = ByteString.copyFromUtf8("b");
  private static final ByteString HIGH = ByteString.copyFrom(new byte[] {(byte) 0x80});

  private final FakeTime time = new FakeTime();
  private final Lessor lessor = lessor();

  private Lessor lessor() {
    return new Lessor(time::nanoTime, 2, Duration.ofMinutes(5), Duration.ofSeconds(3));
  }

  private Lessor leader() {
    lessor.becomeLeader(Duration.ZERO);
    return lessor;
  }

  private void pass(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  private long remaining(long id) {
    return lessor.times(id).orElseThrow().remainingSeconds();
  }

  private static void assertRefused(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            EtcdErrorException.class, refusal -> assertThat(refusal.error()).isEqualTo(error));
  }

  // What is granted

  @Test
  void grantsAtLeastTheShortestTtl() {
    assertThat(lessor.grant(1, 1)).isEqualTo(2);
    assertThat(lessor.grant(2, -7)).isEqualTo(2);
    assertThat(lessor.grant(3, 3)).isEqualTo(3);
  }

  @Test
  void derivesTheShortestTtlFromTheElectionTimeout() {
    assertThat(Lessor.minTtlSeconds(Duration.ofSeconds(1))).isEqualTo(2);
    assertThat(Lessor.minTtlSeconds(Duration.ofSeconds(2))).isEqualTo(3);
    assertThat(Lessor.minTtlSeconds(Duration.ofMillis(2001))).isEqualTo(4);
    assertThat(Lessor.minTtlSeconds(Duration.ofMillis(150))).isEqualTo(1);
  }

  @Test
  void grantsTheLongestTtlAndNoLonger() {
    leader();

    assertThat(lessor.grant(1, 9_000_000_000L)).isEqualTo(9_000_000_000L);
    assertRefused(EtcdError.LEASE_TTL_TOO_LARGE, () -> lessor.grant(2, 9_000_000_001L));

    lessor.grant(3, 5);
    assertThat(remaining(1)).isEqualTo(9_000_000_000L);
    assertThat(lessor.ids()).containsExactly(3L, 1L);
    assertThat(lessor.exists(2)).isFalse();
  }

  @Test
  void refusesAnIdThatIsTakenAndTheIdOfNoLease() {
    lessor.grant(-1, 5);

    assertRefused(EtcdError.LEASE_EXISTS, () -> lessor.grant(-1, 9));
    assertRefused(EtcdError.LEASE_NOT_FOUND, () -> lessor.grant(0, 9));
    assertThat(lessor.ids()).containsExactly(-1L);
  }

  @Test
  void listsWhatRunsOutFirstFirst() {
    leader();
    lessor.grant(7, 100);
    lessor.grant(8, 50);
    lessor.grant(5, 70);
    lessor.grant(-5, 70);

    assertThat(lessor.ids()).containsExactly(8L, -5L, 5L, 7L);

    pass(31);
    lessor.renew(8);
    assertThat(lessor.ids()).containsExactly(-5L, 5L, 8L, 7L);
  }

  @Test
  void listsByIdWhereNobodyLeads() {
    lessor.grant(9, 2);
    lessor.grant(4, 100);

    assertThat(lessor.ids()).containsExactly(4L, 9L);
  }

  // Keys

  @Test
  void namesTheKeysOfARevokedLeaseInOrder() {
    lessor.grant(1, 5);
    for (ByteString key : List.of(HIGH, B, A)) {
      lessor.attach(1, key);
    }

    assertThat(lessor.revoke(1)).containsExactly(A, B, HIGH);
    assertThat(lessor.exists(1)).isFalse();
    assertRefused(EtcdError.LEASE_NOT_FOUND, () -> lessor.revoke(1));
  }

  @Test
  void movesAKeyFromItsFormerLease() {
    lessor.grant(1, 5);
    lessor.grant(2, 5);
    lessor.attach(1, A);
    lessor.attach(2, A);
    lessor.attach(2, A);

    assertThat(lessor.revoke(1)).isEmpty();
    assertThat(lessor.revoke(2)).containsExactly(A);
  }

  @Test
  void takesAKeyOffItsOwnLeaseOnly() {
    lessor.grant(1, 5);
    lessor.grant(2, 5);
    lessor.attach(1, A);
    lessor.attach(1, B);

    lessor.detach(2, A);
    lessor.detach(1, B);
    lessor.detach(1, B);
    lessor.detach(3, A);

    assertThat(lessor.revoke(1)).containsExactly(A);
  }

  @Test
  void attachesNothingToALeaseThatIsGone() {
    lessor.grant(1, 5);
    lessor.attach(1, A);

    assertRefused(EtcdError.LEASE_NOT_FOUND, () -> lessor.attach(2, A));
    assertThat(lessor.revoke(1)).containsExactly(A);
  }

  @Test
  void forgetsKeysWithTheirLease() {
    lessor.grant(1, 5);
    lessor.attach(1, A);
    lessor.revoke(1);

    lessor.grant(1, 5);
    lessor.detach(1, A);
    lessor.attach(1, B);

    assertThat(lessor.revoke(1)).containsExactly(B);
  }

  // The clock

  @Test
  void tellsWhatALeaseHasLeftRoundedTowardsZero() {
    leader();
    lessor.grant(1, 5);
    lessor.attach(1, B);
    lessor.attach(1, A);

    time.advance(Duration.ofMillis(1));

    assertThat(lessor.times(1)).contains(new Times(1, 5, 4, List.of(A, B)));
    assertThat(lessor.times(2)).isEmpty();
  }

  @Test
  void tellsOfAnExpiredLeaseUntilItIsRevoked() {
    leader();
    lessor.grant(1, 5);

    time.advance(Duration.ofMillis(5999));
    assertThat(remaining(1)).isZero();
    time.advance(Duration.ofMillis(1));
    assertThat(remaining(1)).isEqualTo(-1);

    lessor.revoke(1);
    assertThat(lessor.times(1)).isEmpty();
  }

  @Test
  void givesARenewedLeaseItsWholeTtl() {
    leader();
    lessor.grant(1, 5);
    pass(4);

    assertThat(lessor.renew(1)).isEqualTo(5);

    pass(4);
    assertThat(remaining(1)).isEqualTo(1);
    assertThat(lessor.expired(9)).isEmpty();
  }

  @Test
  void doesNotRenewWhatRanOutOrIsGone() {
    leader();
    lessor.grant(1, 5);
    lessor.grant(2, 9);
    lessor.revoke(2);
    pass(5);

    assertRefused(EtcdError.LEASE_NOT_FOUND, () -> lessor.renew(1));
    assertRefused(EtcdError.LEASE_NOT_FOUND, () -> lessor.renew(2));
    assertThat(lessor.exists(1)).isTrue();
  }

  @Test
  void leavesTheClockToTheLeader() {
    lessor.grant(1, 5);
    pass(500);

    assertRefused(EtcdError.NOT_LEADER, () -> lessor.renew(1));
    assertRefused(EtcdError.NOT_LEADER, () -> lessor.times(1));
    assertThat(lessor.expired(9)).isEmpty();
    assertThat(lessor.checkpointsDue(9)).isEmpty();
  }

  @Test
  void stopsTheClockWhenItResigns() {
    leader();
    lessor.grant(1, 5);

    lessor.resign();
    lessor.resign();
    pass(100);
    assertThat(lessor.expired(9)).isEmpty();
    assertRefused(EtcdError.NOT_LEADER, () -> lessor.renew(1));

    lessor.becomeLeader(EXTENSION);
    assertThat(remaining(1)).isEqualTo(6);
  }

  @Test
  void namesExpiredLeasesInTheOrderInWhichTheyRanOut() {
    leader();
    lessor.grant(1, 9);
    lessor.grant(2, 5);
    lessor.grant(3, 7);
    lessor.grant(4, 10);
    pass(4);
    lessor.renew(2);

    pass(5);
    assertThat(lessor.expired(9)).containsExactly(3L, 1L, 2L);
    assertThat(lessor.expired(9)).isEmpty();
  }

  @Test
  void namesNoMoreThanItIsAskedForAndTheRestNext() {
    leader();
    LongStream.rangeClosed(1, 5).forEach(id -> lessor.grant(id, 5));
    pass(5);

    assertThat(lessor.expired(2)).containsExactly(1L, 2L);
    assertThat(lessor.expired(2)).containsExactly(3L, 4L);
    assertThat(lessor.expired(2)).containsExactly(5L);
  }

  @Test
  void namesAnExpiredLeaseAgainAfterAWhileUnlessItIsRevoked() {
    leader();
    lessor.grant(1, 5);
    lessor.grant(2, 5);
    pass(5);
    assertThat(lessor.expired(9)).containsExactly(1L, 2L);
    lessor.revoke(1);

    time.advance(Duration.ofMillis(2999));
    assertThat(lessor.expired(9)).isEmpty();
    time.advance(Duration.ofMillis(1));
    assertThat(lessor.expired(9)).containsExactly(2L);
  }

  // Changes of leaders

  @Test
  void extendsLeasesWhenItBeginsToLead() {
    lessor.grant(1, 5);
    pass(100);

    lessor.becomeLeader(EXTENSION);

    assertThat(remaining(1)).isEqualTo(6);
    pass(6);
    assertThat(lessor.expired(9)).containsExactly(1L);
  }

  @Test
  void takesTheExtensionBackWhenALeaseIsRenewed() {
    lessor.grant(1, 5);
    lessor.becomeLeader(Duration.ofSeconds(10));

    lessor.renew(1);

    assertThat(remaining(1)).isEqualTo(5);
    pass(5);
    assertThat(lessor.expired(9)).containsExactly(1L);
  }

  @Test
  void countsTheCheckpointWhenItBeginsToLead() {
    lessor.grant(1, 600);
    lessor.grant(2, 600);
    lessor.checkpoint(1, 42);
    lessor.checkpoint(2, 42);
    lessor.checkpoint(2, 0);
    lessor.checkpoint(3, 42);

    lessor.becomeLeader(EXTENSION);

    assertThat(remaining(1)).isEqualTo(43);
    assertThat(remaining(2)).isEqualTo(601);
    assertThat(lessor.hasCheckpoint(1)).isTrue();
    assertThat(lessor.hasCheckpoint(2)).isFalse();
    assertThat(lessor.hasCheckpoint(3)).isFalse();
  }

  @Test
  void givesARenewedLeaseItsWholeTtlWhateverItsCheckpoint() {
    lessor.grant(1, 600);
    lessor.checkpoint(1, 42);
    leader();

    assertThat(lessor.renew(1)).isEqualTo(600);
    assertThat(remaining(1)).isEqualTo(600);
  }

  @Test
  void spreadsManyLeasesThatWouldRunOutTogether() {
    int count = 10_000;
    LongStream.range(1, count + 1).forEach(id -> lessor.grant(id, 30));
    leader();
    var perSecond = new TreeMap<Long, Integer>();

    for (long id = 1; id <= count; id++) {
      perSecond.merge(remaining(id), 1, Integer::sum);
    }

    assertThat(perSecond.firstKey()).isEqualTo(30);
    assertThat(perSecond.values()).allMatch(expiries -> expiries <= 750);
    assertThat(perSecond.lastKey()).isEqualTo(30 + (count - 1) / 750);
  }

  @Test
  void leavesLeasesAloneThatAreSpreadAlready() {
    LongStream.range(1, 2_000).forEach(id -> lessor.grant(id, 10 + id / 700));

    leader();

    LongStream.range(1, 2_000)
        .forEach(id -> assertThat(remaining(id)).as("%s", id).isEqualTo(10 + id / 700));
  }

  /** Else a client would be told of a renewal that the next leader knows nothing of. */
  @Test
  void sendsTheCallerToTheLeaderIfItResignsBeforeItAnswers() {
    var resigning = new AtomicReference<Lessor>();
    var resigned =
        new Lessor(
            () -> {
              Optional.ofNullable(resigning.get()).ifPresent(Lessor::resign);
              return 0;
            },
            2,
            Duration.ofMinutes(5),
            Duration.ofSeconds(3));
    resigned.grant(1, 5);
    resigned.becomeLeader(EXTENSION);

    resigning.set(resigned);
    assertRefused(EtcdError.NOT_LEADER, () -> resigned.renew(1));

    resigning.set(null);
    resigned.becomeLeader(EXTENSION);
    resigning.set(resigned);
    assertRefused(EtcdError.NOT_LEADER, () -> resigned.times(1));
  }

  // Checkpoints

  @Test
  void checkpointsLongLeasesOnceInAnInterval() {
    leader();
    lessor.grant(1, 300);
    lessor.grant(2, 301);
    lessor.grant(3, 1000);

    time.advance(Duration.ofMillis(299_999));
    assertThat(lessor.checkpointsDue(9)).isEmpty();
    time.advance(Duration.ofMillis(2));
    assertThat(lessor.checkpointsDue(9))
        .containsExactly(new Checkpoint(2, 1), new Checkpoint(3, 700));
    assertThat(lessor.checkpointsDue(9)).isEmpty();

    pass(300);
    assertThat(lessor.checkpointsDue(9)).containsExactly(new Checkpoint(3, 400));
  }

  @Test
  void checkpointsNoMoreAtOnceThanItIsAskedFor() {
    leader();
    LongStream.rangeClosed(1, 3).forEach(id -> lessor.grant(id, 1000));
    pass(400);

    assertThat(lessor.checkpointsDue(2)).extracting(Checkpoint::id).containsExactly(1L, 2L);
    assertThat(lessor.checkpointsDue(2)).extracting(Checkpoint::id).containsExactly(3L);
  }

  @Test
  void checkpointsNothingForALeaseWithItsWholeTtlButLooksAgain() {
    leader();
    lessor.grant(1, 1000);
    pass(300);
    lessor.renew(1);
    assertThat(lessor.checkpointsDue(9)).isEmpty();

    pass(300);
    assertThat(lessor.checkpointsDue(9)).containsExactly(new Checkpoint(1, 700));
  }

  @Test
  void checkpointsNoRevokedLease() {
    leader();
    lessor.grant(1, 1000);
    lessor.revoke(1);
    pass(300);

    assertThat(lessor.checkpointsDue(9)).isEmpty();
  }

  // Snapshots

  private static byte[] saved(Lessor lessor) throws IOException {
    var bytes = new ByteArrayOutputStream();
    lessor.save().writeTo(bytes);
    return bytes.toByteArray();
  }

  @Test
  void savesAndLoadsLeasesWithoutTheirKeys() throws IOException {
    leader();
    lessor.grant(1, 600);
    lessor.grant(2, 9);
    lessor.attach(2, A);
    lessor.checkpoint(1, 42);
    var other = lessor();
    other.grant(3, 5);
    other.attach(3, A);
    other.becomeLeader(EXTENSION);

    other.load(new ByteArrayInputStream(saved(lessor)));

    assertThat(other.ids()).containsExactly(1L, 2L);
    assertRefused(EtcdError.NOT_LEADER, () -> other.renew(1));
    other.attach(2, A);
    other.becomeLeader(EXTENSION);
    assertThat(other.times(1)).contains(new Times(1, 600, 43, List.of()));
    assertThat(other.times(2)).contains(new Times(2, 9, 10, List.of(A)));
  }

  @Test
  void savesTheStateAsItWasFrozen() throws IOException {
    lessor.grant(1, 600);
    var saver = lessor.save();
    lessor.checkpoint(1, 42);
    lessor.grant(2, 5);
    var bytes = new ByteArrayOutputStream();
    saver.writeTo(bytes);

    lessor.load(new ByteArrayInputStream(bytes.toByteArray()));

    assertThat(lessor.ids()).containsExactly(1L);
    assertThat(lessor.hasCheckpoint(1)).isFalse();
  }

  @Test
  void readsNoFurtherThanWhatWasSaved() throws IOException {
    lessor.grant(1, 600);
    var bytes = new ByteArrayOutputStream();
    lessor.save().writeTo(bytes);
    bytes.write(77);
    var in = new ByteArrayInputStream(bytes.toByteArray());

    lessor.load(in);

    assertThat(in.read()).isEqualTo(77);
  }

  @Test
  void keepsItsLeasesIfTheSnapshotEndsEarly() throws IOException {
    lessor.grant(1, 600);
    byte[] bytes = saved(lessor);
    lessor.grant(2, 600);

    assertThatThrownBy(() -> lessor.load(new ByteArrayInputStream(bytes, 0, bytes.length - 1)))
        .isInstanceOf(EOFException.class);

    assertThat(lessor.ids()).containsExactly(1L, 2L);
  }

  // Threads

  @Test
  void looksUpAndRenewsWhileAGrantGoesOn() throws Exception {
    leader();
    lessor.grant(1, 5);

    synchronized (lessor) { // which a grant and a revoke hold
      CompletableFuture.runAsync(
              () -> {
                lessor.renew(1);
                lessor.times(1);
                lessor.exists(1);
                lessor.hasCheckpoint(1);
                lessor.ids();
              })
          .get(30, TimeUnit.SECONDS);
    }
  }
}
