package dev.rondo.etcd.companion;

import java.time.Duration;

/**
 * How long members wait for each other.
 *
 * @param electionTimeout how long a follower hears nothing from its leader before it stands for
 *     election, at the least; mostly one and a half times that, under load up to two and a half
 * @param heartbeat how often a leader makes itself heard; at most half of {@code electionTimeout}
 */
public record Timings(Duration electionTimeout, Duration heartbeat) {
  private static final long LEAST_MILLIS = 10;

  /** For busy machines such as those of CI; the default, and etcd's: 1 s and 100 ms. */
  public static final Timings CI = new Timings(Duration.ofSeconds(1), Duration.ofMillis(100));

  /**
   * For quiet machines: 200 ms and 40 ms. A leader may be lost when the JVM stands still for that
   * long.
   */
  public static final Timings FAST = new Timings(Duration.ofMillis(200), Duration.ofMillis(40));

  /** Checks that a heartbeat may be late without the leader being lost. */
  public Timings {
    if (heartbeat.toMillis() < LEAST_MILLIS) {
      throw new IllegalArgumentException(
          "heartbeat must be at least " + LEAST_MILLIS + " ms, was " + heartbeat);
    }
    if (heartbeat.multipliedBy(2).compareTo(electionTimeout) > 0) {
      throw new IllegalArgumentException(
          "heartbeat must be at most half of electionTimeout "
              + electionTimeout
              + ", was "
              + heartbeat);
    }
  }
}
