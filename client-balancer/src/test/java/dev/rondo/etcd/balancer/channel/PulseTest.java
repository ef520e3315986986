package dev.rondo.etcd.balancer.channel;

import static dev.rondo.etcd.balancer.channel.Pulse.Verdict.FINE;
import static dev.rondo.etcd.balancer.channel.Pulse.Verdict.PROBE;
import static dev.rondo.etcd.balancer.channel.Pulse.Verdict.SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When the other end of a connection is asked, and when it is given up. */
class PulseTest {
  private final Pulse pulse =
      new Pulse(new SilenceLimits(Duration.ofMillis(500), Duration.ofMillis(300)));

  private Pulse.Verdict silentWithCalls(boolean isHeardElsewhere) {
    return pulse.tick(false, true, false, isHeardElsewhere);
  }

  private Pulse.Verdict silentWithStreams() {
    return pulse.tick(false, false, true, true);
  }

  private void untilProbed() {
    for (int i = 0; i < 4; i++) {
      assertThat(silentWithCalls(false)).isEqualTo(FINE);
    }
    assertThat(silentWithCalls(false)).isEqualTo(PROBE);
  }

  @Test
  void asksAfterTheThresholdAndGivesUpAfterTheProbeWhereOthersAnswer() {
    untilProbed();

    assertThat(silentWithCalls(true)).isEqualTo(FINE);
    assertThat(silentWithCalls(false)).isEqualTo(FINE);
    assertThat(silentWithCalls(false)).isEqualTo(SILENT);
  }

  @Test
  void waitsThreeSecondsWhereNobodyAnswers() {
    untilProbed();

    for (int i = 0; i < 29; i++) {
      assertThat(silentWithCalls(false)).isEqualTo(FINE);
    }
    assertThat(silentWithCalls(false)).isEqualTo(SILENT);
  }

  @Test
  void countsOnlyAnswersOfOthersSinceTheProbe() {
    for (int i = 0; i < 4; i++) {
      silentWithCalls(true);
    }
    assertThat(silentWithCalls(true)).isEqualTo(PROBE);

    for (int i = 0; i < 29; i++) {
      assertThat(silentWithCalls(false)).isEqualTo(FINE);
    }
  }

  @Test
  void beginsAnewWheneverAnythingIsHeard() {
    untilProbed();
    silentWithCalls(true);

    assertThat(pulse.tick(true, true, false, true)).isEqualTo(FINE);

    untilProbed();
  }

  @Test
  void waitsForTheAnswerEvenIfThoseWhoWaitedWentElsewhere() {
    untilProbed();
    pulse.tick(false, false, false, true);
    pulse.tick(false, false, false, true);

    assertThat(pulse.tick(false, false, false, true)).isEqualTo(SILENT);
  }

  @Test
  void forgetsTheSilenceBeforeACall() {
    for (int i = 0; i < 4; i++) {
      silentWithCalls(true);
    }
    pulse.tick(false, false, false, true);

    untilProbed();
  }

  @Test
  void asksQuietStreamsEveryFiveSeconds() {
    for (int i = 0; i < 49; i++) {
      assertThat(silentWithStreams()).isEqualTo(FINE);
    }
    assertThat(silentWithStreams()).isEqualTo(PROBE);
    silentWithStreams();
    silentWithStreams();

    assertThat(silentWithStreams()).isEqualTo(SILENT);
  }
}
