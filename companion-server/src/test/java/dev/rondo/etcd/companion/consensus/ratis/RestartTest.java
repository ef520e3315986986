package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.PATIENCE;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.minus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.companion.consensus.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestartTest {
  @TempDir private Path directory;

  @Test
  void eachMemberMayBeKilledAndStartedAgain() throws Exception {
    try (var cluster = new TestCluster(directory, Timings.CI).startVoters(3)) {
      int lines = 0;
      for (long victim = 1; victim <= 3; victim++) {
        cluster.leaderOf(cluster.members());
        cluster.kill(victim);
        cluster.leaderOf(minus(cluster.members(), victim));
        cluster.propose(cluster.leaderId(), "without " + victim);
        cluster.restart(victim);
        cluster.awaitLedgersOfSize(++lines);
      }
      assertThat(cluster.ledger(1).entries())
          .containsExactly("without 1", "without 2", "without 3");
    }
  }

  @Test
  void allMembersMayBeKilledAndStartedAgain() throws Exception {
    try (var cluster = new TestCluster(directory, Timings.CI).startVoters(3)) {
      long term = cluster.leader().leadership().term();
      cluster.proposeMany(1, "entry ", 1_000);

      Set.of(1L, 2L, 3L).forEach(cluster::kill);
      Set.of(1L, 2L, 3L).forEach(cluster::restart);

      cluster.leaderOf(cluster.members());
      cluster.awaitLedgersOfSize(1_000);
      assertThat(cluster.leader().leadership().term()).isGreaterThan(term);
    }
  }

  @Test
  void aLoneMemberKeepsEverything() throws Exception {
    try (var cluster = new TestCluster(directory, Timings.CI).startVoters(1)) {
      cluster.propose(1, "entry");

      cluster.kill(1);
      cluster.restart(1);

      cluster.awaitLedgersOfSize(1);
    }
  }

  @Test
  void twentyClustersLeaveNoThreadAndNoFileButTheirOwn() throws Exception {
    startAndStop(0); // what the first one needs for all, it may leave
    var before = threads();

    for (int round = 1; round <= 20; round++) {
      startAndStop(round);
    }

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
  }

  private void startAndStop(int round) throws Exception {
    var files = directory.resolve("cluster " + round);
    try (var cluster = new TestCluster(files, Timings.CI).startVoters(3)) {
      cluster.propose(1, "entry");
      cluster.kill(2);
    }
    assertThat(fileNames(files)).containsExactlyInAnyOrder("1", "2", "3");
  }

  private static List<String> fileNames(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !name.startsWith("awaitility"))
        .collect(Collectors.toSet());
  }

  @Test
  void aSecondCloseIsHarmless() {
    try (var cluster = new TestCluster(directory, Timings.CI).startVoters(1)) {
      cluster.member(1).close();
      cluster.member(1).close();

      assertThat(cluster.member(1).leadership().isKnown()).isFalse();
    }
  }
}
