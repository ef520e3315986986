package dev.rondo.etcd.companion.consensus;

import java.time.Duration;

/**
 * How long members wait for each other.
 *
 * @param electionMin a follower that hears nothing from its leader stands for election after a time
 *     drawn between this and {@code electionMax}
 * @param heartbeat how often an idle leader makes itself heard; a fifth of {@code electionMin} or
 *     less, so that a few may be late
 * @param firstElectionMin the same as {@code electionMin} for the very first election of a new
 *     cluster, which has no leader to wait for
 */
public record Timings(
    Duration electionMin,
    Duration electionMax,
    Duration heartbeat,
    Duration firstElectionMin,
    Duration firstElectionMax) {

  /** For busy machines: a leader is not lost because everything stood still for half a second. */
  public static final Timings CI = of(Duration.ofSeconds(1), Duration.ofMillis(100));

  /** For quiet machines. */
  public static final Timings FAST = of(Duration.ofMillis(200), Duration.ofMillis(40));

  public Timings {
    if (electionMin.compareTo(electionMax) > 0
        || firstElectionMin.compareTo(firstElectionMax) > 0) {
      throw new IllegalArgumentException("a minimum is above its maximum");
    }
    if (heartbeat.multipliedBy(2).compareTo(electionMin) > 0) {
      throw new IllegalArgumentException(
          "heartbeat must be at most half of electionMin " + electionMin + ", was " + heartbeat);
    }
  }

  /**
   * Timings with a longest wait that is a fifth longer than the shortest. No more than that, for
   * Ratis draws a wait, and if it has heard the leader meanwhile another one, so it may come to
   * both; and a candidate that lacks the last entries leaves the election to a later one.
   */
  public static Timings of(Duration electionMin, Duration heartbeat) {
    return new Timings(
        electionMin,
        electionMin.multipliedBy(6).dividedBy(5),
        heartbeat,
        Duration.ofMillis(20),
        Duration.ofMillis(120));
  }
}
