package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtcdClusterTest {
  private static final EtcdBackend BACKEND = EtcdBackend.any();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void startsAClusterThatAgreesOnALeader() {
    try (var cluster = BACKEND.cluster().members(3).start()) {
      assertThat(cluster.endpoints()).hasSize(3).doesNotHaveDuplicates();
      assertThat(cluster.members()).contains(cluster.leader());
      assertThat(cluster.followers()).hasSize(2).doesNotContain(cluster.leader());
      assertThat(cluster.members()).extracting(EtcdMember::id).doesNotHaveDuplicates();
    }
  }

  @Test
  void keepsItsDataWhenAMemberIsKilledAndRestarted() {
    try (var cluster = BACKEND.cluster().start()) {
      var member = cluster.member(0);
      cluster.etcdctl("put", "colour", "green");

      member.kill();
      assertThat(member.isRunning()).isFalse();
      assertThatThrownBy(member::status).hasMessage("m0 does not answer");
      member.restart();
      member.awaitReady();

      assertThat(member.etcdctl("get", "colour", "--print-value-only")).isEqualTo("green\n");
    }
  }

  @Test
  void electsAnotherLeaderWhenTheFirstIsFrozen() {
    try (var cluster = BACKEND.cluster().members(3).start()) {
      var old = cluster.leader();

      old.pause();

      assertThat(old.isRunning()).isTrue();
      assertThat(cluster.awaitLeaderOtherThan(old)).isNotEqualTo(old);
      old.resume();
      cluster.awaitHealthy(PATIENCE);
    }
  }

  @Test
  void handsTheLeadershipOverWhenTheLeaderIsStopped() {
    try (var cluster = BACKEND.cluster().members(3).start()) {
      var old = cluster.leader();

      old.stop();

      assertThat(cluster.awaitLeader()).isNotEqualTo(old);
      assertThat(cluster.followers()).hasSize(1);
    }
  }

  @Test
  void letsAnotherMemberJoin() {
    try (var cluster = BACKEND.cluster().flag("--strict-reconfig-check=false").start()) {
      var peerUrl = cluster.newPeerUrl();
      cluster.etcdctl("member", "add", "late", "--learner", "--peer-urls=" + peerUrl);

      var late = cluster.join("late", peerUrl);

      cluster.awaitHealthy(PATIENCE);
      assertThat(late.status().getIsLearner()).isTrue();
      assertThat(cluster.etcdctl("member", "list").lines()).hasSize(2);
    }
  }

  @Test
  void servesEachMemberUnderItsOwnCertificate() {
    try (var certificates = Certificates.create();
        var cluster =
            BACKEND.cluster().members(3).tls(certificates).clientAuth().bridged().start()) {
      assertThat(cluster.endpoints().get(1)).startsWith("https://127.0.0.2:");

      // Unlike the bed's own etcdctl, this verifies names, and comes through the bridges.
      var health =
          Command.run(
              "etcdctl",
              "--endpoints=" + String.join(",", cluster.endpoints()),
              "--cacert=" + certificates.ca(),
              "--cert=" + certificates.client().certificate(),
              "--key=" + certificates.client().key(),
              "endpoint",
              "health",
              "--write-out=simple");

      assertThat(cluster.member(1).bridge().accepted()).isPositive();
      assertThat(health).doesNotContain("unhealthy");
      assertThat(cluster.etcdctl("put", "a", "b")).isEqualTo("OK\n");
    }
  }

  @Test
  void holdsRequestsInABlackHoleUntilHealed() {
    try (var cluster = BACKEND.cluster().bridged().start()) {
      var endpoints = "--endpoints=" + cluster.endpoints().get(0);
      Command.run("etcdctl", endpoints, "put", "a", "b");

      cluster.member(0).bridge().blackhole();
      assertThatThrownBy(
              () -> Command.run("etcdctl", endpoints, "--command-timeout=500ms", "get", "a"))
          .hasMessageContaining("deadline exceeded");

      cluster.member(0).bridge().heal();
      assertThat(Command.run("etcdctl", endpoints, "get", "a")).isEqualTo("a\nb\n");
    }
  }

  @Test
  void saysWhereTheLogsAreWhenItDoesNotStart() {
    var failure =
        catchThrowable(() -> BACKEND.cluster().flag("--no-such-flag").start()).getMessage();

    assertThat(failure).startsWith("m0 at http://127.0.0.1:").contains(" has ended, see ");
    var log = Path.of(failure.substring(failure.indexOf("see ") + 4));
    assertThat(log).content().contains("flag provided but not defined: -no-such-flag");
    new TemporaryFolder(log.getParent()).close();
  }

  @Test
  void leavesNothingBehind() {
    var before = ProcessHandle.current().descendants().toList();
    var cluster = BACKEND.cluster().members(3).bridged().start();
    var logs = cluster.members().stream().map(EtcdMember::log).toList();

    cluster.close();
    cluster.close();

    assertThat(ProcessHandle.current().descendants().toList()).isSubsetOf(before);
    assertThat(logs).noneMatch(log -> log.toFile().exists());
    assertThat(bridgeThreads()).isEmpty();
  }

  private static List<String> bridgeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("tcp-bridge-"))
        .toList();
  }
}
