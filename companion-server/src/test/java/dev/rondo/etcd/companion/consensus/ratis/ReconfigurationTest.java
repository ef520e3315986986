package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.PATIENCE;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.get;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.minus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.NotProposedException.Reason;
import dev.rondo.etcd.companion.consensus.Timings;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReconfigurationTest {
  private static final Configuration THREE = Configuration.of(Set.of(1L, 2L, 3L));
  private static final Configuration THREE_AND_LEARNER =
      new Configuration(Set.of(1L, 2L, 3L), Set.of(4L));
  private static final Configuration FOUR = Configuration.of(Set.of(1L, 2L, 3L, 4L));

  @TempDir private Path directory;

  @Test
  void aLearnerJoinsCatchesUpAndIsPromoted() throws Exception {
    try (var cluster = cluster(3)) {
      cluster.proposeMany(1, "entry ", 5_000);

      cluster.startLearner(4);
      get(cluster.leader().reconfigure(THREE, THREE_AND_LEARNER));
      cluster.awaitLedgersOfSize(5_000);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(cluster.leader().matchIndex(4))
                      .isEqualTo(cluster.leader().matchIndex(cluster.leaderId())));
      get(cluster.leader().reconfigure(THREE_AND_LEARNER, FOUR));
      cluster.leaderOf(cluster.members());

      assertThat(cluster.member(4).configuration()).isEqualTo(FOUR);
      get(cluster.leader().transferLeadership(4, PATIENCE));
      assertThat(cluster.leaderOf(cluster.members())).isSameAs(cluster.member(4));
    }
  }

  @Test
  void aLearnerNeverLeads() throws Exception {
    try (var cluster = cluster(1)) {
      cluster.startLearner(2);
      get(cluster.leader().reconfigure(one(), new Configuration(Set.of(1L), Set.of(2L))));
      cluster.leaderOf(cluster.members());

      cluster.kill(1);
      cluster.ledger(2).leaderships.clear();
      cluster.restart(1);
      cluster.leaderOf(cluster.members());

      assertThat(cluster.leaderId()).isEqualTo(1);
      assertThat(cluster.ledger(2).leaderships).noneMatch(now -> now.leader() == 2);
    }
  }

  @Test
  void aLoneMemberTakesInASecondVoter() throws Exception {
    try (var cluster = cluster(1)) {
      cluster.startLearner(2);
      var two = Configuration.of(Set.of(1L, 2L));

      get(cluster.leader().reconfigure(one(), two));

      cluster.propose(2, "of two");
      cluster.awaitLedgersOfSize(1);
      assertThat(cluster.member(2).configuration()).isEqualTo(two);
    }
  }

  @Test
  void aMemberThatJoinedStartsAgainAsWhatItHasBecome() throws Exception {
    try (var cluster = cluster(3)) {
      cluster.startLearner(4);
      get(cluster.leader().reconfigure(THREE, THREE_AND_LEARNER));
      get(cluster.leader().reconfigure(THREE_AND_LEARNER, FOUR));
      cluster.leaderOf(cluster.members());

      cluster.kill(4);
      cluster.propose(1, "entry");
      cluster.restart(4);

      cluster.awaitLedgersOfSize(1);
      assertThat(cluster.member(4).configuration()).isEqualTo(FOUR);
    }
  }

  @Test
  void aMemberIsRemoved() throws Exception {
    try (var cluster = cluster(3)) {
      long removed = cluster.follower();
      var rest = Configuration.of(minus(cluster.members(), removed));

      get(cluster.leader().reconfigure(THREE, rest));
      cluster.kill(removed);

      cluster.propose(rest.voters().iterator().next(), "without it");
      cluster.awaitLedgersOfSize(1);
      assertThat(cluster.leader().matchIndex(removed)).isEmpty();
    }
  }

  @Test
  void aLeaderRemovesItself() throws Exception {
    try (var cluster = cluster(3)) {
      long removed = cluster.leaderId();
      var rest = Configuration.of(minus(cluster.members(), removed));

      get(cluster.leader().reconfigure(THREE, rest));
      cluster.kill(removed);

      cluster.leaderOf(rest.voters());
      cluster.propose(rest.voters().iterator().next(), "without it");
      cluster.awaitLedgersOfSize(1);
    }
  }

  @Test
  void anotherConfigurationThanExpectedIsNotReplaced() {
    try (var cluster = cluster(3)) {
      assertThatThrownBy(() -> get(cluster.leader().reconfigure(FOUR, one())))
          .isInstanceOfSatisfying(
              NotProposedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
      assertThat(cluster.leader().configuration()).isEqualTo(THREE);
    }
  }

  @Test
  void aFollowerDoesNotReconfigure() {
    try (var cluster = cluster(3)) {
      var follower = cluster.member(cluster.follower());

      assertThatThrownBy(() -> get(follower.reconfigure(THREE, one())))
          .isInstanceOfSatisfying(
              NotProposedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_LEADER));
    }
  }

  @Test
  void aMemberThatDoesNotRunIsNotTakenIn() throws Exception {
    try (var cluster = cluster(3)) {
      assertThatThrownBy(() -> get(cluster.leader().reconfigure(THREE, THREE_AND_LEARNER)))
          .isInstanceOfSatisfying(
              NotProposedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));

      assertThat(cluster.leader().configuration()).isEqualTo(THREE);
      cluster.propose(1, "as before");
      cluster.awaitLedgersOfSize(1);
    }
  }

  private static Configuration one() {
    return Configuration.of(Set.of(1L));
  }

  private TestCluster cluster(int count) {
    var cluster = new TestCluster(directory, Timings.CI).startVoters(count);
    cluster.leaderOf(cluster.members());
    return cluster;
  }
}
