package dev.rondo.etcd.balancer.channel;

import java.time.Duration;

/**
 * How long a read may take before it is tried elsewhere: ten times as long as reads took on average
 * lately, and at least a second. An average, and not the longest: reads that waited for an election
 * must not make us wait for a member that was cut off in it.
 *
 * <p>Reads are noted on many threads, and one that is lost between two of them does no harm.
 */
final class ReadPatience {
  private static final int LEAST = SilenceLimits.ticks(Duration.ofSeconds(1));
  private static final int TIMES = 10;
  private static final double WEIGHT = 1.0 / 64; // of the read that was noted last

  private volatile double average; // in ticks

  /** A read was answered after so many ticks. */
  void answered(int ticks) {
    double before = average;
    if (ticks != 0 || before != 0) { // most are answered within a tick, and cost nothing here
      average = before + WEIGHT * (ticks - before);
    }
  }

  /** The limit, in ticks. */
  int ticks() {
    return Math.max(LEAST, (int) (TIMES * average));
  }
}
