package dev.rondo.etcd.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CompanionClusterBuilderTest {
  private final CompanionClusterBuilder builder = CompanionCluster.builder();

  @Test
  void refusesNumbersThatMakeNoCluster() {
    assertThatThrownBy(() -> builder.members(0)).hasMessage("members must be 1 to 9, was 0");
    assertThatThrownBy(() -> builder.members(10)).hasMessage("members must be 1 to 9, was 10");
    assertThatThrownBy(() -> builder.quota(0)).hasMessage("quota must be positive, was 0");
    assertThatThrownBy(() -> builder.snapshotEntries(0))
        .hasMessage("snapshotEntries must be at least 1, was 0");
    assertThatThrownBy(() -> builder.watchProgressInterval(Duration.ZERO))
        .hasMessage("watchProgressInterval must be positive, was PT0S");
    assertThatThrownBy(() -> builder.member(0, member -> member.listen("127.0.0.1", 65_536)))
        .hasMessage("port must be 0 to 65535, was 65536");
    assertThatThrownBy(() -> new Timings(Duration.ofMillis(100), Duration.ofMillis(60)))
        .hasMessage("heartbeat must be at most half of electionTimeout PT0.1S, was PT0.06S");
  }

  @Test
  void refusesWhatContradictsItself() {
    assertThatThrownBy(() -> builder.member(1, member -> member.name("other")).start())
        .hasMessage("there is no member 1: they are counted from 0, and there are 1 of them");
    assertThatThrownBy(() -> CompanionCluster.builder().tls(CompanionTls.builder().build()).start())
        .hasMessage(
            "member m0 has no certificate: give it one in its options, or one for all to the TLS");
    assertThatThrownBy(() -> CompanionTls.builder().clientCa(Path.of("no-such-file")))
        .hasMessage("cannot read no-such-file");
    assertThatThrownBy(
            () ->
                CompanionCluster.builder()
                    .members(2)
                    .member(0, member -> member.peerUrl("http://same:1"))
                    .member(1, member -> member.peerUrl("http://same:1"))
                    .start())
        .hasMessage("two members have the same peer URL");
  }

  @Test
  void namesThePortThatIsInUse() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(
              () -> builder.member(0, member -> member.listen("127.0.0.1", port)).start())
          .hasMessage("cannot listen on 127.0.0.1:" + port + ": Address already in use");
    }
  }

  @Test
  void membersAreAsTheirOptionsSay() {
    try (var cluster =
        builder
            .timings(Timings.FAST)
            .member(0, member -> member.name("alpha").peerUrl("http://alpha.invalid:1"))
            .start()) {
      assertThat(cluster.member(0).name()).isEqualTo("alpha");
      assertThat(cluster.member(0).peerUrl()).isEqualTo("http://alpha.invalid:1");
      assertThat(cluster.member(0).isLeader()).isTrue();
    }
  }
}
