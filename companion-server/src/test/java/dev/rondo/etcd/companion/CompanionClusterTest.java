package dev.rondo.etcd.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CompanionClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(500);

  private static CompanionCluster three() {
    return CompanionCluster.builder().members(3).start();
  }

  private static Status statusOf(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run).getStatus();
  }

  private static List<CompanionMember> followers(CompanionCluster cluster) {
    var leader = cluster.leader();
    return cluster.members().stream().filter(member -> member != leader).toList();
  }

  @Test
  void oneMemberServesAlone() {
    try (var cluster = CompanionCluster.builder().start();
        var client = Client.of(cluster.member(0))) {
      client.put("key", "value");

      assertThat(client.get("key")).isEqualTo("value");
      assertThat(cluster.leader())
          .isEqualTo(cluster.member(0))
          .hasToString("m0 at " + cluster.endpoints().get(0));
    }
  }

  @Test
  void whatOneMemberTookAllAnswer() {
    try (var cluster = three();
        var writer = Client.of(followers(cluster).get(0))) {
      writer.put("key", "value");

      for (var member : cluster.members()) {
        try (var reader = Client.of(member)) {
          assertThat(reader.get("key")).isEqualTo("value");
        }
      }
    }
  }

  @Test
  void keepsWhatWasAgreedWhenTheLeaderIsKilledAndWhenAllAre() {
    try (var cluster = three()) {
      var old = cluster.leader();
      try (var client = Client.of(old)) {
        client.put("key", "value");
      }

      old.kill();
      var next = cluster.awaitLeader();
      try (var client = Client.of(next)) {
        assertThat(next).isNotEqualTo(old);
        assertThat(client.get("key")).isEqualTo("value");
      }

      old.restart();
      cluster.members().forEach(CompanionMember::kill);
      assertThat(cluster.members()).noneMatch(CompanionMember::isRunning);
      cluster.members().forEach(CompanionMember::restart);
      cluster.awaitReady(PATIENCE);
      try (var client = Client.of(cluster.leader())) {
        assertThat(client.get("key")).isEqualTo("value");
      }
    }
  }

  @Test
  void aKilledMemberRefusesClientsAndIsBackAtItsPort() {
    try (var cluster = three()) {
      var killed = followers(cluster).get(0);
      var endpoint = killed.endpoint();

      killed.kill();
      try (var client = Client.of(killed)) {
        assertThat(statusOf(() -> client.get("key")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
      killed.restart();

      assertThat(killed.endpoint()).isEqualTo(endpoint);
      cluster.awaitReady(PATIENCE);
      try (var client = Client.of(killed)) {
        client.put("key", "value");
      }
    }
  }

  @Test
  void aPausedMemberIsSilentAndAnswersLater() {
    try (var cluster = three();
        var client = Client.of(cluster.leader())) {
      var paused = cluster.leader();
      client.put("key", "value");

      paused.pause();
      assertThat(paused.isRunning()).isTrue();
      assertThat(statusOf(() -> client.within(SHORT).getLocally("key")).getCode())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(cluster.awaitLeader()).isNotEqualTo(paused);
      paused.resume();
      cluster.awaitReady(PATIENCE);

      assertThat(client.get("key")).isEqualTo("value");
    }
  }

  @Test
  void theMinorityNeitherWritesNorReadsButItsOwn() {
    try (var cluster = three();
        var client = Client.of(cluster.leader())) {
      var alone = cluster.leader();
      client.put("key", "old");

      alone.isolate();
      var next = cluster.awaitLeader();
      try (var elsewhere = Client.of(next)) {
        elsewhere.put("key", "new");
      }
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  statusOf(() -> client.within(SHORT).kvUnderALeader().put(Client.put("key")))
                      .getCode()
                      .equals(Status.Code.UNAVAILABLE));

      assertThat(
              statusOf(() -> client.kvUnderALeader().range(Client.range("key"))).getDescription())
          .isEqualTo("etcdserver: no leader");
      assertThat(statusOf(() -> client.within(SHORT).put("key", "never")).getCode())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(statusOf(() -> client.within(SHORT).get("key")).getCode())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(client.getLocally("key")).isEqualTo("old");

      alone.heal();
      cluster.awaitReady(PATIENCE);
      assertThat(client.get("key")).isEqualTo("new");
      assertThat(hashes(cluster)).hasSize(1);
    }
  }

  /** The hashes of all members at one revision that all of them have. */
  private static java.util.Set<Integer> hashes(CompanionCluster cluster) {
    var hashes = new java.util.HashSet<Integer>();
    for (var member : cluster.members()) {
      try (var client = Client.of(member)) {
        client.kv().range(Client.range("key")); // linearizable: it has caught up
        hashes.add(client.hash(0));
      }
    }
    return hashes;
  }

  @Test
  void aLinkThatDropsInOneDirectionIsNoticedAndHeals() {
    try (var cluster = three()) {
      var leader = cluster.leader();
      var follower = followers(cluster).get(0);

      cluster.link(leader, follower).drop();
      try (var client = Client.of(leader)) {
        client.put("key", "value");
      }
      try (var client = Client.of(follower)) {
        assertThat(
                client
                    .kv()
                    .range(Client.range("key").toBuilder().setSerializable(true).build())
                    .getCount())
            .isZero();
        cluster.link(leader, follower).heal();
        assertThat(client.get("key")).isEqualTo("value");
      }
    }
  }

  @Test
  void aSlowLinkDelaysWhatNeedsIt() {
    try (var cluster = three();
        var client = Client.of(cluster.leader())) {
      var leader = cluster.leader();
      for (var follower : followers(cluster)) {
        cluster.link(leader, follower).delay(Duration.ofMillis(200));
      }

      long start = System.nanoTime();
      client.put("key", "value");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
    }
  }

  @Test
  void leadershipMovesOnRequest() {
    try (var cluster = three()) {
      var target = cluster.members().indexOf(followers(cluster).get(0));

      cluster.moveLeader(target);

      assertThat(cluster.leader()).isEqualTo(cluster.member(target));
    }
  }

  @Test
  void aStoppedLeaderHandsOver() {
    try (var cluster = three()) {
      var old = cluster.leader();

      old.stop();

      assertThat(cluster.leader()).isNotEqualTo(old);
    }
  }

  @Test
  void membersAndLearnersJoin() {
    try (var cluster = CompanionCluster.builder().start();
        var client = Client.of(cluster.member(0))) {
      client.put("key", "value");

      var second = cluster.addMember();
      var third = cluster.addLearner();

      assertThat(second.isLearner()).isFalse();
      assertThat(third.isLearner()).isTrue();
      assertThat(cluster.members()).containsExactly(cluster.member(0), second, third);
      try (var reader = Client.of(second)) {
        assertThat(reader.get("key")).isEqualTo("value");
      }
      try (var reader = Client.of(third)) {
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> reader.getLocally("key").equals("value"));
        assertThat(statusOf(() -> reader.get("key")).getDescription())
            .isEqualTo("etcdserver: rpc not supported for learner");
      }
    }
  }

  @Test
  void aFaultOnADeadMemberIsRefused() {
    try (var cluster = three()) {
      var dead = cluster.member(1);
      dead.kill();

      for (Runnable fault : List.<Runnable>of(dead::kill, dead::stop, dead::pause, dead::isolate)) {
        assertThatThrownBy(fault::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("m1 is down: restart() it first");
      }
      assertThatThrownBy(() -> cluster.moveLeader(1)).hasMessage("m1 is down: restart() it first");
    }
  }
}
