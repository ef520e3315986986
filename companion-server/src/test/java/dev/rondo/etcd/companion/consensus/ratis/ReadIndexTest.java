package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.PATIENCE;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.get;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.minus;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.NotConfirmedException;
import dev.rondo.etcd.companion.consensus.Timings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadIndexTest {
  @TempDir private Path directory;

  @Test
  void coversWhatWasCommittedBeforeOnLeaderFollowersAndLearner() throws Exception {
    try (var cluster = cluster()) {
      cluster.startLearner(4);
      var voters = cluster.leader().configuration();
      get(
          cluster
              .leader()
              .reconfigure(voters, new Configuration(voters.voters(), plus(voters.learners(), 4))));
      cluster.leaderOf(cluster.members());

      for (int round = 1; round <= 50; round++) {
        cluster.propose(1 + round % 4, "entry");
        for (long member : cluster.members()) {
          long index = awaitReadIndex(cluster.member(member));
          await()
              .pollInterval(Duration.ofMillis(1))
              .until(() -> cluster.member(member).appliedIndex() >= index);
          assertThat(cluster.ledger(member).size()).isGreaterThanOrEqualTo(round);
        }
      }
    }
  }

  /** Where Ratis' own read index would answer from the past. */
  @Test
  void aLeaderThatWasReplacedUnnoticedConfirmsNothing() throws Exception {
    try (var cluster = cluster()) {
      long old = cluster.leaderId();
      cluster.propose(old, "before");
      awaitReadIndex(cluster.member(old));

      cluster.isolate(old);
      awaitReadIndex(cluster.leaderOf(minus(cluster.members(), old)));

      assertThatThrownBy(() -> get(cluster.member(old).readIndex()))
          .isInstanceOf(NotConfirmedException.class);
    }
  }

  @Test
  void aLeaderCutOffConfirmsNothingFromThatMomentOn() throws Exception {
    try (var cluster = cluster()) {
      long old = cluster.leaderId();
      awaitReadIndex(cluster.member(old));

      cluster.isolate(old);

      assertThat(cluster.member(old).isLeader()).isTrue();
      assertThatThrownBy(() -> get(cluster.member(old).readIndex()))
          .isInstanceOf(NotConfirmedException.class)
          .hasMessage("no majority confirms that the leader still is one");
    }
  }

  @Test
  void aSilentLinkEndsInATimeout() throws Exception {
    try (var cluster = cluster()) {
      long follower = cluster.follower();
      cluster.network.delay(
          follower, cluster.leaderId(), Duration.ofMinutes(5), Duration.ofMinutes(1));

      assertThatThrownBy(() -> get(cluster.member(follower).readIndex()))
          .isInstanceOf(NotConfirmedException.class)
          .hasMessage("no answer within an election timeout");
    }
  }

  @Test
  void oneMemberAloneConfirmsAtOnce() throws Exception {
    try (var cluster = new TestCluster(directory, Timings.CI).startVoters(1)) {
      cluster.propose(1, "entry");

      assertThat(cluster.member(1).readIndex())
          .isCompletedWithValueMatching(index -> index == cluster.member(1).committedIndex());
    }
  }

  /** A leader may be replaced in the first moments of a cluster. */
  private static long awaitReadIndex(Consensus member) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(1))
        .ignoreException(NotConfirmedException.class)
        .until(() -> get(member.readIndex()), index -> true);
  }

  private TestCluster cluster() {
    var cluster = new TestCluster(directory, Timings.CI).startVoters(3);
    cluster.leaderOf(cluster.members());
    return cluster;
  }
}
