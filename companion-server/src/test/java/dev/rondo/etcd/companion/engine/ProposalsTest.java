package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.ELECTION_TIMEOUT;
import static dev.rondo.etcd.companion.engine.LoneMember.ID;
import static dev.rondo.etcd.companion.engine.LoneMember.OTHER;
import static dev.rondo.etcd.companion.engine.LoneMember.REQUEST_TIMEOUT;
import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.putOf;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.PutResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;
  private final LoneConsensus consensus = member.consensus;

  @AfterEach
  void close() {
    member.close();
  }

  private CompletableFuture<PutResponse> put(String key) {
    return engine.put(putOf(key, "1").build());
  }

  private List<CompletableFuture<PutResponse>> puts(int count) {
    var puts = new ArrayList<CompletableFuture<PutResponse>>();
    for (int i = 0; i < count; i++) {
      puts.add(put("k" + i));
    }
    return puts;
  }

  @Test
  void whatComesWhileBatchesAreUnderWayTravelsTogether() {
    int before = consensus.proposals;
    consensus.holds = true;

    var puts = puts(100);
    assertThat(consensus.proposals - before).isEqualTo(Proposals.MAX_UNDER_WAY);
    consensus.commitHeld();

    assertThat(puts).allMatch(CompletableFuture::isDone);
    assertThat(consensus.proposals - before).isEqualTo(Proposals.MAX_UNDER_WAY + 1);
  }

  @Test
  void batchesAreBoundedInBytes() {
    consensus.holds = true;
    var value = ByteString.copyFrom(new byte[400_000]);
    var puts = new ArrayList<CompletableFuture<PutResponse>>();
    int before = consensus.proposals;

    for (int i = 0; i < Proposals.MAX_UNDER_WAY + 5; i++) {
      puts.add(engine.put(putOf("k" + i, "").setValue(value).build()));
    }
    consensus.commitHeld();

    assertThat(puts).allMatch(CompletableFuture::isDone);
    // five that waited, of which two fit together
    assertThat(consensus.proposals - before).isEqualTo(Proposals.MAX_UNDER_WAY + 3);
  }

  @Test
  void theAnswerComesWhenThisMemberHasApplied() {
    consensus.holds = true;

    var put = put("a");
    assertThat(put).isNotDone();
    consensus.commitHeld();

    assertThat(done(put).getHeader().getRevision()).isEqualTo(2);
  }

  @Test
  void whatSurelyIsNotInTheLogIsProposedAgain() {
    consensus.refusal = new NotProposedException(Reason.NOT_LEADER, "hands over", null);
    var put = put("a");
    member.time.advance(Duration.ofSeconds(3));
    assertThat(put).isNotDone();

    consensus.refusal = null;
    member.time.advance(Duration.ofMillis(100));

    assertThat(done(put).getHeader().getRevision()).isEqualTo(2);
    assertThat(member.get(rangeOf("a")).getKvs(0).getVersion()).isOne();
  }

  @Test
  void whatWaitedForALeaderIsProposedAsSoonAsThereIsOne() {
    consensus.loseLeader();
    var put = put("a");
    assertThat(put).isNotDone();

    consensus.lead(3);

    assertThat(done(put).getHeader().getRaftTerm()).isEqualTo(3);
  }

  @Test
  void whatMayBeInTheLogIsNotProposedAgain() {
    consensus.refusal = new OutcomeUnknownException("lost", null);
    int before = consensus.proposals;
    var put = put("a");
    consensus.refusal = null;

    member.time.advance(REQUEST_TIMEOUT.plusMillis(200));

    assertRefused(put, EtcdError.TIMEOUT);
    assertThat(consensus.proposals).isEqualTo(before + 1);
  }

  @Test
  void anAppliedCommandIsAnsweredEvenIfItsProposalWasLost() {
    consensus.loses = true;

    assertThat(put("a")).isCompleted();
  }

  @Test
  void resultsOfOthersAndOfAnEarlierLifeAreNobodys() {
    consensus.holds = true;
    var put = put("a");
    var command = Command.newBuilder().setPut(putOf("b", "1"));
    for (long request = 0; request < 10; request++) {
      var batch = CommandBatch.newBuilder().addCommands(command.setRequestId(request));
      consensus.commit(batch.setMemberId(OTHER).setIncarnation(1).build().toByteString());
      consensus.commit(batch.setMemberId(ID).setIncarnation(0).build().toByteString());
    }

    assertThat(put).isNotDone();
    assertThat(member.store.revision()).isEqualTo(21);
    consensus.commitHeld();
    assertThat(done(put).getHeader().getRevision()).isEqualTo(22);
  }

  @Test
  void timesOutAfterFiveSecondsAndTwoElections() {
    consensus.holds = true;
    var put = put("a");

    member.time.advance(REQUEST_TIMEOUT.minusMillis(1));
    assertThat(put).isNotDone();
    member.time.advance(Duration.ofMillis(200));

    assertRefused(put, EtcdError.TIMEOUT);
  }

  @Test
  void blamesTheLeaderIfANewOneCameSoonAfter() {
    consensus.holds = true;
    var early = put("a");
    member.time.advance(ELECTION_TIMEOUT.multipliedBy(2));
    var late = put("b");
    member.time.advance(ELECTION_TIMEOUT);
    consensus.lead(3);

    member.time.advance(REQUEST_TIMEOUT);

    assertRefused(early, EtcdError.TIMEOUT);
    assertRefused(late, EtcdError.TIMEOUT_DUE_TO_LEADER_FAIL);
  }

  @Test
  void blamesTheConnectionIfTheLeaderWasNotInTouchAllTheTime() {
    consensus.follow(OTHER, 3);
    member.time.advance(Duration.ofSeconds(3));
    consensus.holds = true;
    var put = put("a");

    member.time.advance(REQUEST_TIMEOUT.plusMillis(200));

    assertRefused(put, EtcdError.TIMEOUT_DUE_TO_CONNECTION_LOST);
  }

  @Test
  void whatNeverCouldBeProposedEndsWithItsDeadline() {
    consensus.loseLeader();
    var put = put("a");

    member.time.advance(REQUEST_TIMEOUT.plusMillis(200));

    assertThatThrownBy(put::join)
        .hasMessageContaining("DEADLINE_EXCEEDED: context deadline exceeded");
    consensus.lead(3);
    assertThat(member.store.revision()).isOne();
  }

  @Test
  void aLateResultAfterTheTimeoutHarmsNobody() {
    consensus.holds = true;
    var put = put("a");
    member.time.advance(REQUEST_TIMEOUT.plusMillis(200));

    consensus.commitHeld();

    assertRefused(put, EtcdError.TIMEOUT);
    assertThat(member.store.revision()).isEqualTo(2);
    assertThat(member.put("b", "1").getHeader().getRevision()).isEqualTo(3);
  }

  @Test
  void whatIsCancelledBeforeItsTurnIsNotProposed() {
    consensus.loseLeader();
    var cancelled = put("a");
    var other = put("b");

    cancelled.cancel(false);
    consensus.lead(3);

    assertThat(done(other).getHeader().getRevision()).isEqualTo(2);
    assertThat(member.get(rangeOf("a")).getCount()).isZero();
  }

  @Test
  void requestsOfMoreThanOneAndAHalfMebibytesAreRefused() {
    var fits = ByteString.copyFrom(new byte[Proposals.MAX_REQUEST_BYTES - 100]);
    var exceeds = ByteString.copyFrom(new byte[Proposals.MAX_REQUEST_BYTES]);

    assertThat(engine.put(putOf("a", "").setValue(fits).build())).isCompleted();
    assertRefused(
        engine.put(putOf("a", "").setValue(exceeds).build()), EtcdError.REQUEST_TOO_LARGE);
  }

  @Test
  void requestsAreRefusedWhenApplyingFallsFarBehind() {
    consensus.unapplied = Proposals.MAX_UNAPPLIED;
    assertThat(put("a")).isCompleted();

    consensus.unapplied = Proposals.MAX_UNAPPLIED + 1;
    assertRefused(put("b"), EtcdError.TOO_MANY_REQUESTS);
  }

  @Test
  void whatIsAwaitedAtTheCloseAndLaterIsStopped() {
    consensus.holds = true;
    var awaited = put("a");

    engine.close();

    assertRefused(awaited, EtcdError.STOPPED);
    assertRefused(put("b"), EtcdError.STOPPED);
    assertRefused(engine.range(rangeOf("a").build()), EtcdError.STOPPED);
  }

  @Test
  void leavesNothingToDoBehind() {
    consensus.holds = true;
    var puts = puts(10);
    var read = engine.range(rangeOf("a").build());
    consensus.loseLeader();
    var renewal = engine.leaseRenew(9);

    engine.close();
    member.time.advance(REQUEST_TIMEOUT);

    assertThat(puts).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(read).isCompleted();
    assertRefused(renewal, EtcdError.STOPPED);
    assertThat(member.time.waiting()).isZero();
  }
}
