package dev.rondo.etcd.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.benchmarks.Contestant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void allRowsAreMeasuredUnlessTold() {
    assertThat(Settings.parse(List.of()).rows()).hasSize(14);
    assertThat(Settings.parse(List.of("--transport=tls", "--faults=freeze,rolling-restart")).rows())
        .extracting(Row::toString)
        .containsExactly(
            "TLS, SIGSTOP, follower", "TLS, SIGSTOP, leader", "TLS, rolling restart, each in turn");
  }

  @Test
  void saysWhatIsAllowed() {
    assertThatThrownBy(() -> Settings.parse(List.of("--faults=kill,flood")))
        .hasMessage("--faults must be of kill, freeze, black-hole, rolling-restart, was flood");
    assertThatThrownBy(() -> Settings.parse(List.of("--victims=each")))
        .hasMessage("--victims must be of follower, leader, was each");
    assertThatThrownBy(() -> Settings.parse(List.of("--rounds=0")))
        .hasMessage("--rounds must be at least 1, was 0");
    assertThatThrownBy(() -> Settings.parse(List.of("--round=1")))
        .hasMessageStartingWith("unknown option --round=1\noptions:");
    Settings etcd4j = Settings.parse(List.of("--clients=Rondo,etcd4j"));
    assertThatThrownBy(() -> etcd4j.clients(List.of(new Contestant("Rondo", "", ""))))
        .hasMessage("--clients must be of Rondo, was etcd4j");
  }
}
