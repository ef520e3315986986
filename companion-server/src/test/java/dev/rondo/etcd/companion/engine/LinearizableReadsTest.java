package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.OTHER;
import static dev.rondo.etcd.companion.engine.LoneMember.REQUEST_TIMEOUT;
import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.RangeResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinearizableReadsTest {
  private final LoneMember member = new LoneMember();
  private final LoneConsensus consensus = member.consensus;

  @AfterEach
  void close() {
    member.close();
  }

  private CompletableFuture<RangeResponse> read() {
    return member.engine.range(rangeOf("a").build());
  }

  @Test
  void oneQuestionServesAllThatWaitForItToBegin() {
    consensus.holdsReads = true;
    var first = read();
    var second = read();
    var third = read();
    assertThat(consensus.reads).isEqualTo(1);

    consensus.answerReads(consensus.appliedIndex());

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(consensus.reads).isEqualTo(2);
  }

  @Test
  void aReadThatComesLaterIsNotServedByAnEarlierQuestion() {
    consensus.holdsReads = true;
    var first = read();
    var later = read();
    long index = consensus.appliedIndex();
    member.put("a", "1");

    consensus.canReadIndex = false;
    consensus.answerReads(index);

    assertThat(first).isCompleted();
    assertThat(later).isNotDone();
  }

  @Test
  void waitsUntilAllIsAppliedThatWasCommitted() {
    consensus.unapplied = 1;
    var read = read();
    assertThat(read).isNotDone();

    member.put("a", "1");

    assertThat(done(read).getCount()).isOne();
  }

  @Test
  void serializableReadsAskNobody() {
    consensus.loseLeader();

    assertThat(member.engine.range(rangeOf("a").setSerializable(true).build())).isCompleted();
    assertThat(consensus.reads).isZero();
  }

  @Test
  void asksAgainSoonWhenALeaderIsNotSure() {
    consensus.canReadIndex = false;
    var read = read();
    member.time.advance(Duration.ofSeconds(2));
    assertThat(read).isNotDone();

    consensus.canReadIndex = true;
    member.time.advance(Duration.ofMillis(50));

    assertThat(read).isCompleted();
  }

  @Test
  void failsWhenThereIsANewLeaderBeforeTheAnswer() {
    consensus.holdsReads = true;
    var read = read();

    consensus.follow(OTHER, 3);

    assertRefused(read, EtcdError.LEADER_CHANGED);
  }

  @Test
  void whatCameAfterTheQuestionGoesToTheNewLeader() {
    consensus.holdsReads = true;
    var asked = read();
    var waiting = read();

    consensus.holdsReads = false;
    consensus.follow(OTHER, 3);

    assertRefused(asked, EtcdError.LEADER_CHANGED);
    assertThat(waiting).isCompleted();
  }

  @Test
  void aNewLeaderAfterTheAnswerChangesNothing() {
    consensus.unapplied = 1;
    var read = read();

    consensus.follow(OTHER, 3);
    member.put("a", "1");

    assertThat(read).isCompleted();
  }

  @Test
  void timesOut() {
    consensus.loseLeader();
    var read = read();

    member.time.advance(REQUEST_TIMEOUT.minusMillis(1));
    assertThat(read).isNotDone();
    member.time.advance(Duration.ofMillis(1));

    assertRefused(read, EtcdError.TIMEOUT);
  }
}
