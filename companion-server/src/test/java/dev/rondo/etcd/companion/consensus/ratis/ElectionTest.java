package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.PATIENCE;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.get;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.minus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.NotProposedException;
import dev.rondo.etcd.companion.consensus.Timings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ElectionTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void aNewClusterElectsALeaderWhomAllKnow(int count) {
    try (var cluster = cluster().startVoters(count)) {
      var leader = cluster.leaderOf(cluster.members());

      assertThat(leader.isLeader()).isTrue();
      assertThat(cluster.members().stream().filter(id -> cluster.member(id).isLeader())).hasSize(1);
    }
  }

  @Test
  void anIsolatedFollowerThatComesBackDisturbsNobody() {
    try (var cluster = cluster().startVoters(3)) {
      cluster.leaderOf(cluster.members());
      var before = cluster.leader().leadership();
      long isolated = cluster.follower();

      cluster.isolate(isolated);
      awaitThatNobodyIsKnownTo(cluster, isolated);
      waitForElectionTimeouts(cluster, isolated);
      cluster.heal(isolated);

      assertThat(cluster.leaderOf(cluster.members()).leadership()).isEqualTo(before);
    }
  }

  @Test
  void withoutPreVoteAnIsolatedFollowerRaisesTheTerm() {
    try (var cluster = new TestCluster(directory, Timings.CI, false, 1_000_000, 0).startVoters(3)) {
      long term = cluster.leaderOf(cluster.members()).leadership().term();
      long isolated = cluster.follower();

      cluster.isolate(isolated);
      await().atMost(PATIENCE).until(() -> cluster.member(isolated).leadership().term() > term + 1);
      cluster.heal(isolated);

      assertThat(cluster.leaderOf(cluster.members()).leadership().term()).isGreaterThan(term + 1);
    }
  }

  @Test
  void anIsolatedLeaderResignsAndTheOthersElectAnother() throws Exception {
    try (var cluster = cluster().startVoters(3)) {
      cluster.leaderOf(cluster.members());
      long old = cluster.leaderId();
      long term = cluster.leader().leadership().term();

      cluster.isolate(old);
      awaitThatNobodyIsKnownTo(cluster, old);
      var rest = minus(cluster.members(), old);
      var successor = cluster.leaderOf(rest);
      cluster.propose(rest.iterator().next(), "under the new leader");
      cluster.heal(old);

      assertThat(successor.leadership().term()).isGreaterThan(term);
      cluster.awaitLedgersOfSize(1);
      assertThat(cluster.ledger(old).leaderships)
          .contains(new Leadership(term, old, true))
          .contains(new Leadership(term, Leadership.NONE, false));
    }
  }

  @Test
  void aLeaderOfAMinorityResignsEvenIfItIsKeptBusy() {
    try (var cluster = cluster().startVoters(5)) {
      cluster.leaderOf(cluster.members());
      long old = cluster.leaderId();
      long companion = cluster.follower();
      var majority = minus(minus(cluster.members(), old), companion);

      majority.forEach(cut -> cluster.cutBothWays(old, cut));
      majority.forEach(cut -> cluster.cutBothWays(companion, cut));

      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(
              () -> {
                var unused =
                    cluster.member(old).propose(ByteString.copyFromUtf8("never agreed to"));
                return !cluster.member(old).isLeader();
              });
      assertThat(cluster.leaderOf(majority)).isNotSameAs(cluster.member(old));
    }
  }

  @Test
  void leadershipIsHandedOver() throws Exception {
    try (var cluster = cluster().startVoters(3)) {
      cluster.leaderOf(cluster.members());
      long target = cluster.follower();

      get(cluster.leader().transferLeadership(target, PATIENCE));

      assertThat(cluster.leaderOf(cluster.members())).isSameAs(cluster.member(target));
    }
  }

  @Test
  void leadershipIsNotHandedToAStranger() {
    try (var cluster = cluster().startVoters(1)) {
      assertThatThrownBy(() -> get(cluster.leader().transferLeadership(9, PATIENCE)))
          .isInstanceOf(NotProposedException.class)
          .hasMessage("the target does not vote");
    }
  }

  @Test
  void onlyTheLeaderHandsOver() {
    try (var cluster = cluster().startVoters(3)) {
      cluster.leaderOf(cluster.members());
      long follower = cluster.follower();

      assertThatThrownBy(() -> get(cluster.member(follower).transferLeadership(1, PATIENCE)))
          .isInstanceOfSatisfying(
              NotProposedException.class,
              e -> assertThat(e.reason()).isEqualTo(NotProposedException.Reason.NOT_LEADER));
    }
  }

  @Test
  void aLeaderIsNotLostUnderLoad() throws Exception {
    try (var cluster = cluster().startVoters(3)) {
      cluster.leaderOf(cluster.members());
      var before = cluster.leader().leadership();

      for (int round = 0; round < 20; round++) {
        cluster.proposeMany(1 + round % 3, "x".repeat(100), 20_000);
      }

      assertThat(cluster.leader().leadership()).isEqualTo(before);
    }
  }

  private TestCluster cluster() {
    return new TestCluster(directory, Timings.CI);
  }

  private static void awaitThatNobodyIsKnownTo(TestCluster cluster, long member) {
    await()
        .atMost(Duration.ofSeconds(10)) // one or two election timeouts of up to 2 s
        .pollInterval(Duration.ofMillis(10))
        .until(() -> !cluster.member(member).leadership().isKnown());
  }

  /** Waits until the others have sent so many heartbeats that the isolated one has stood again. */
  private static void waitForElectionTimeouts(TestCluster cluster, long isolated) {
    var others = minus(cluster.members(), isolated);
    var since = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                System.nanoTime() - since > Timings.CI.electionMax().multipliedBy(2).toNanos()
                    && cluster.leaderOf(others).isLeader());
  }

  @Test
  void changesOfLeadershipAreTold() {
    try (var cluster = cluster().startVoters(1)) {
      var now = cluster.leader().leadership();

      await().atMost(PATIENCE).until(() -> cluster.ledger(1).leaderships.contains(now));
      assertThat(Set.copyOf(cluster.ledger(1).leaderships))
          .hasSameSizeAs(cluster.ledger(1).leaderships);
    }
  }
}
