package dev.rondo.etcd.companion.consensus.ratis;

import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.PATIENCE;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.get;
import static dev.rondo.etcd.companion.consensus.ratis.TestCluster.plus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotTest {
  private static final int MANY = 120_000;

  /** So that the log has several files: only whole ones are dropped. */
  private static final String LONG = "a line of some length ".repeat(5);

  @TempDir private Path directory;

  @Test
  void aFollowerThatWasAwayLongIsSentTheLeadersSnapshot() throws Exception {
    try (var cluster = cluster(400).startVoters(3)) {
      long away = cluster.follower();
      cluster.kill(away);
      cluster.proposeMany(cluster.leaderId(), LONG, MANY);
      awaitSnapshot(cluster.leaderId());

      cluster.restart(away);

      cluster.awaitLedgersOfSize(MANY);
      assertThat(cluster.ledger(away).loads).hasPositiveValue();
      cluster.propose(away, "after");
      cluster.awaitLedgersOfSize(MANY + 1);
    }
  }

  @Test
  void aFollowerThatWasCutOffIsSentTheLeadersSnapshotWhileItRuns() throws Exception {
    try (var cluster = cluster(100).startVoters(3)) {
      cluster.proposeMany(1, "before ", 5_000);
      long away = cluster.follower();
      cluster.isolate(away);
      cluster.proposeMany(cluster.leaderId(), LONG, MANY);
      awaitSnapshot(cluster.leaderId());

      cluster.heal(away);

      cluster.awaitLedgersOfSize(5_000 + MANY);
      assertThat(cluster.ledger(away).loads).hasPositiveValue();
    }
  }

  @Test
  void aLearnerJoinsByTheLeadersSnapshotAndKeepsItWhenItStartsAgain() throws Exception {
    try (var cluster = cluster(400).startVoters(3)) {
      cluster.proposeMany(1, LONG, MANY);
      awaitSnapshot(cluster.leaderId());

      cluster.startLearner(4);
      var before = cluster.leader().configuration();
      var after = new Configuration(before.voters(), plus(before.learners(), 4));
      get(cluster.leader().reconfigure(before, after));

      cluster.awaitLedgersOfSize(MANY);
      assertThat(cluster.ledger(4).loads).hasPositiveValue();

      cluster.kill(4);
      cluster.propose(1, "while the learner is down");
      cluster.restart(4);

      cluster.awaitLedgersOfSize(MANY + 1);
      assertThat(cluster.member(4).configuration()).isEqualTo(after);
    }
  }

  @Test
  void theLogIsCutAfterEachSnapshot() throws Exception {
    try (var cluster = cluster(200).startVoters(1)) {
      cluster.proposeMany(1, LONG, MANY);

      awaitSnapshot(1);
      assertThat(cluster.ledger(1).saves).hasValueGreaterThan(1);
      assertThat(snapshots(1)).hasSizeBetween(1, 2);
    }
  }

  @Test
  void aMemberStartsFromItsOwnSnapshotAndTheLogAfterIt() throws Exception {
    try (var cluster = cluster(10).startVoters(1)) {
      cluster.proposeMany(1, "entry ", 2_000);
      awaitSnapshot(1);
      cluster.proposeMany(1, "later ", 100);

      cluster.kill(1);
      cluster.restart(1);

      cluster.awaitLedgersOfSize(2_100);
      assertThat(cluster.ledger(1).loads).hasValue(1);
    }
  }

  @Test
  void entriesAreAppliedWhileASnapshotIsWritten() throws Exception {
    try (var cluster = cluster(10).startVoters(1)) {
      var release = new CountDownLatch(1);
      cluster.ledger(1).whileSaving =
          () -> await().atMost(PATIENCE).until(() -> release.getCount() == 0);

      cluster.proposeMany(1, "entry ", 5_000);

      assertThat(cluster.ledger(1).size()).isEqualTo(5_000);
      assertThat(cluster.ledger(1).saves).hasValue(0);
      release.countDown();
      awaitSnapshot(1);
    }
  }

  private TestCluster cluster(int snapshotEntries) {
    return new TestCluster(directory, Timings.CI, true, snapshotEntries, 10);
  }

  /** Waits until there is one and the log before it is gone. */
  private void awaitSnapshot(long member) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !snapshots(member).isEmpty()
                    && logFiles(member).stream().noneMatch(name -> name.startsWith("log_0-")));
  }

  private List<String> snapshots(long member) throws IOException {
    return files(member, "snapshot.");
  }

  private List<String> logFiles(long member) throws IOException {
    return files(member, "log_");
  }

  private List<String> files(long member, String prefix) throws IOException {
    try (var files = Files.walk(directory.resolve(Long.toString(member)))) {
      return files
          .filter(file -> !file.getParent().getFileName().toString().equals("tmp"))
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(prefix) && !name.endsWith(".md5"))
          .toList();
    }
  }
}
