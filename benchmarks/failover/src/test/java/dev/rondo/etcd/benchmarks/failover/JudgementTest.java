package dev.rondo.etcd.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final Row KILL = new Row(Transport.TLS, Fault.KILL, Victim.FOLLOWER);
  private static final Row FREEZE = new Row(Transport.TLS, Fault.FREEZE, Victim.FOLLOWER);
  private static final Row FROZEN_LEADER = new Row(Transport.TLS, Fault.FREEZE, Victim.LEADER);

  private static Judgement of(Row row, Summary rondo, Summary... others) {
    return new Judgement(row, rondo, List.of(others), Duration.ofMillis(10));
  }

  private static Summary gaps(double read, double write) {
    return new Summary(0, 0, 0, read, write, 0.5, 1, 0);
  }

  @Test
  void isComparedWithTheBestOfTheOthersFigureByFigure() {
    assertThat(of(KILL, gaps(1.2, 2.6), gaps(1, 8), gaps(4, 2)))
        .hasToString("1.20 and 1.30, **missed**: writers' gap");
  }

  @Test
  void underASilentFollowerGapsAreToBeTenTimesShorter() {
    assertThat(of(FREEZE, gaps(0.9, 0.9), gaps(10, 10)).isKept()).isTrue();
    assertThat(of(FREEZE, gaps(1.1, 0.9), gaps(10, 10)))
        .hasToString("0.11 and 0.09, **missed**: readers' gap");
    assertThat(of(FROZEN_LEADER, gaps(1.1, 0.9), gaps(10, 10)).isKept()).isTrue();
  }

  @Test
  void timesThatDifferByLessThanThePauseOfCallersAreAlike() {
    assertThat(of(KILL, gaps(0.019, 0.01), gaps(0.01, 0.01)).isKept()).isTrue();
    assertThat(of(KILL, gaps(0.021, 0.01), gaps(0.01, 0.01)).isKept()).isFalse();
  }

  @Test
  void countsHaveNoSuchMargin() {
    Summary rondo = new Summary(1, 5, 5, 1, 1, 0.5, 0.79, 1);
    Summary other = new Summary(0, 4, 0, 1, 1, 0.5, 1, 0);

    assertThat(of(KILL, rondo, other))
        .hasToString("1.00 and 1.00, **missed**: failed reads, applied twice, throughput");
  }

  @Test
  void isNoWorseThanOthersIfNobodyUsesTheVictimAgain() {
    Summary never = new Summary(0, 0, 0, 1, 1, Double.POSITIVE_INFINITY, 1, 0);

    assertThat(of(KILL, never, never).isKept()).isTrue();
    assertThat(of(KILL, never, gaps(1, 1))).hasToString("1.00 and 1.00, **missed**: used again");
  }
}
