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
  public static final Timings CI = of(1000, 2000, 100);

  /** For quiet machines: a lost leader is replaced within half a second. */
  public static final Timings FAST = of(150, 300, 25);

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

  /** Timings with a longest wait that is half as long again as the shortest. */
  public static Timings of(Duration electionMin, Duration heartbeat) {
    return new Timings(
        electionMin,
        electionMin.multipliedBy(3).dividedBy(2),
        heartbeat,
        Duration.ofMillis(20),
        Duration.ofMillis(120));
  }

  private static Timings of(long electionMin, long electionMax, long heartbeat) {
    return new Timings(
        Duration.ofMillis(electionMin),
        Duration.ofMillis(electionMax),
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(20),
        Duration.ofMillis(120));
  }
}
