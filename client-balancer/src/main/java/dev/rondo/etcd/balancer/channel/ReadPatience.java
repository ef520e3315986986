package dev.rondo.etcd.balancer.channel;

import java.time.Duration;

/**
 * How long a read may take before it is tried elsewhere: four times as long as the slowest one of
 * the last while took, and at least a second. The slowest is forgotten by half in some seven
 * seconds.
 *
 * <p>Reads are noted on many threads, and one that is lost between two of them does no harm.
 */
final class ReadPatience {
  private static final int LEAST = SilenceLimits.ticks(Duration.ofSeconds(1));
  private static final int TIMES = 4;
  private static final double KEPT_PER_TICK = 0.99;

  private volatile double slowest; // in ticks

  /** A read was answered after so many ticks. */
  void answered(int ticks) {
    if (ticks > slowest) {
      slowest = ticks;
    }
  }

  /** A tick has passed. */
  void tick() {
    slowest = slowest < 0.5 ? 0 : slowest * KEPT_PER_TICK;
  }

  /** The limit, in ticks. */
  int ticks() {
    return Math.max(LEAST, (int) (TIMES * slowest));
  }
}
