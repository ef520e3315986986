package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.get;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.minus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.OutcomeUnknownException;
import dev.rondo.etcd.companion.consensus.Timings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProposalTest {
  private static final ByteString ENTRY = ByteString.copyFromUtf8("entry");

  @TempDir private Path directory;

  @Test
  void allMembersApplyTheSameEntriesOnceInOneOrderWhoeverProposes() throws Exception {
    try (var cluster = cluster(3)) {
      var proposals = new ArrayList<CompletableFuture<Void>>();

      for (int number = 0; number < 3_000; number++) {
        var proposer = cluster.member(1 + number % 3);
        proposals.add(proposer.propose(ByteString.copyFromUtf8("entry " + number)));
      }
      for (var proposal : proposals) {
        get(proposal);
      }

      cluster.awaitLedgersOfSize(3_000);
      assertThat(new HashSet<>(cluster.ledger(1).entries())).hasSize(3_000);
    }
  }

  @Test
  void anEntryIsAppliedByTheLeaderWhenItsProposalCompletes() throws Exception {
    try (var cluster = cluster(3)) {
      get(cluster.leader().propose(ENTRY));

      assertThat(cluster.ledger(cluster.leaderId()).entries()).containsExactly("entry");
    }
  }

  @Test
  void followersHearOfACommitAtOnceAndNotWithTheNextHeartbeat() throws Exception {
    var slow = Duration.ofSeconds(10);
    var timings =
        new Timings(
            slow.multipliedBy(3),
            slow.multipliedBy(4),
            slow,
            slow.dividedBy(500),
            slow.dividedBy(100));
    try (var cluster = new TestCluster(directory, timings).startVoters(3)) {
      get(cluster.leader().propose(ENTRY));

      await().atMost(slow.dividedBy(2)).untilAsserted(() -> cluster.awaitLedgersOfSize(1));
    }
  }

  @Test
  void theLargestEntryIsTakenAndALargerOrEmptyOneIsNot() throws Exception {
    try (var cluster = cluster(3)) {
      var follower = cluster.member(cluster.follower());

      get(follower.propose(ByteString.copyFrom(new byte[Consensus.MAX_ENTRY_BYTES])));

      cluster.awaitLedgersOfSize(1);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> follower.propose(ByteString.copyFrom(new byte[Consensus.MAX_ENTRY_BYTES + 1])))
          .withMessage("an entry must have 1 to 4194304 bytes, had 4194305");
      assertThatIllegalArgumentException().isThrownBy(() -> follower.propose(ByteString.EMPTY));
    }
  }

  @Test
  void anEntryIsNotProposedIfTheLinkToTheLeaderIsCut() {
    try (var cluster = cluster(3)) {
      long leader = cluster.leaderId();
      long follower = cluster.follower();
      cluster.network.cut(follower, leader);

      assertThatThrownBy(() -> get(cluster.member(follower).propose(ENTRY)))
          .isInstanceOfSatisfying(
              NotProposedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_LEADER));
      assertThat(cluster.ledger(leader).entries()).isEmpty();
    }
  }

  @Test
  void theOutcomeIsUnknownIfTheAnswerOfTheLeaderIsLost() throws Exception {
    try (var cluster = cluster(3)) {
      long leader = cluster.leaderId();
      long follower = cluster.follower();
      cluster.network.delay(leader, follower, Duration.ofSeconds(2), Duration.ZERO);

      var proposal = cluster.member(follower).propose(ENTRY);
      await().until(() -> cluster.ledger(leader).size() == 1);
      cluster.network.cut(leader, follower);

      assertThatThrownBy(() -> get(proposal)).isInstanceOf(OutcomeUnknownException.class);
      cluster.network.heal(leader, follower);
      cluster.awaitLedgersOfSize(1);
    }
  }

  @Test
  void theOutcomeIsUnknownIfTheLeaderLosesOfficeWithTheEntryInItsLog() throws Exception {
    try (var cluster = cluster(3)) {
      long old = cluster.leaderId();
      cluster.isolate(old);

      assertThatThrownBy(() -> get(cluster.member(old).propose(ENTRY)))
          .isInstanceOf(OutcomeUnknownException.class);

      cluster.leaderOf(minus(cluster.members(), old));
      cluster.heal(old);
      cluster.leaderOf(cluster.members());
      cluster.propose(old, "agreed");
      cluster.awaitLedgersOfSize(1);
      assertThat(cluster.ledger(old).entries()).containsExactly("agreed");
    }
  }

  @Test
  void nothingIsProposedWithoutALeader() {
    try (var cluster = cluster(3)) {
      long survivor = cluster.follower();
      minus(cluster.members(), survivor).forEach(cluster::kill);
      await().until(() -> !cluster.member(survivor).leadership().isKnown());

      assertThatThrownBy(() -> get(cluster.member(survivor).propose(ENTRY)))
          .isInstanceOf(NotProposedException.class)
          .hasMessage("no leader is known");
    }
  }

  @Test
  void anEntryUnderWayFailsWhenItsProposerIsClosed() throws Exception {
    try (var cluster = cluster(3)) {
      long old = cluster.leaderId();
      cluster.isolate(old);
      var proposal = cluster.member(old).propose(ENTRY);

      cluster.kill(old);

      assertThatThrownBy(() -> get(proposal)).isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void aMessageIsAnsweredByTheMemberAsked() throws Exception {
    try (var cluster = cluster(3)) {
      var answer = get(cluster.member(1).ask(2, ByteString.copyFromUtf8("hello")));

      assertThat(answer.toStringUtf8()).isEqualTo("hello from 1");
    }
  }

  private TestCluster cluster(int count) {
    var cluster = new TestCluster(directory, Timings.CI).startVoters(count);
    cluster.leaderOf(cluster.members());
    return cluster;
  }
}
