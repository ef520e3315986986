package dev.rondo.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

// Whoever asks for a partitionable cluster elsewhere gets an error that says why.
@EnabledIf(value = "isRootOnLinux", disabledReason = "namespaces need root on Linux")
class PeerNetworkTest {
  static boolean isRootOnLinux() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("user.name").equals("root");
  }

  @Test
  void electsAnotherLeaderWhenTheFirstIsIsolated() {
    try (var cluster = EtcdBackend.any().cluster().members(3).partitionable().start()) {
      var old = cluster.leader();

      old.isolate();

      var leader = cluster.awaitLeaderOtherThan(old);
      assertThat(leader).isNotEqualTo(old);
      assertThat(old.status().getRaftTerm()).isPositive(); // its clients still reach it
      old.heal();
      cluster.awaitHealthy(Duration.ofSeconds(30));
    }
  }

  @Test
  void losesTheLeaderWhenWhatItSendsIsDropped() {
    try (var cluster = EtcdBackend.any().cluster().members(3).partitionable().start()) {
      var old = cluster.leader();

      for (var follower : cluster.followers()) {
        cluster.link(old, follower).drop();
      }

      assertThat(cluster.awaitLeaderOtherThan(old)).isNotEqualTo(old);
      for (var other : cluster.others(old)) {
        cluster.link(old, other).heal();
      }
      cluster.awaitHealthy(Duration.ofSeconds(30));
    }
  }

  @Test
  void delaysWhatAMemberSends() {
    try (var certificates = Certificates.create();
        var cluster =
            EtcdBackend.any().cluster().members(3).tls(certificates).partitionable().start()) {
      var leader = cluster.leader();
      for (var follower : cluster.followers()) {
        cluster.link(leader, follower).delay(Duration.ofMillis(300));
      }

      long start = System.nanoTime();
      leader.etcdctl("put", "a", "b");

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
    }
  }

  @Test
  void leavesNoNamespaceAndNoDevice() throws SocketException {
    var cluster = EtcdBackend.any().cluster().members(3).partitionable().start();
    var tag = cluster.member(0).seat().namespace().orElseThrow().replace("-m0", "");
    assertThat(namespaces()).contains(tag);

    cluster.close();

    assertThat(namespaces()).doesNotContain(tag);
    assertThat(NetworkInterface.networkInterfaces())
        .noneMatch(device -> device.getName().startsWith(tag));
  }

  private static String namespaces() {
    return Command.run("ip", "netns", "list");
  }
}
