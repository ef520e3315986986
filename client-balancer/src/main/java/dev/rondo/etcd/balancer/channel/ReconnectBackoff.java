package dev.rondo.etcd.balancer.channel;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try to connect: 20 ms after the first failure, twice as long
 * after each further one, at most half a second, each with up to a quarter taken off by chance so
 * that clients do not come back in step. So no second has more than three tries in it, once the
 * pause is at its longest.
 *
 * <p>gRPC's own goes from 1 s to 2 minutes: too long for a cluster that is back.
 */
final class ReconnectBackoff {
  private static final long FIRST = Duration.ofMillis(20).toNanos();
  private static final long LONGEST = Duration.ofMillis(500).toNanos();

  private final RandomGenerator random;
  private long next = FIRST;

  ReconnectBackoff(RandomGenerator random) {
    this.random = random;
  }

  /** Returns the nanoseconds to wait now. */
  long nextNanos() {
    long delay = next;
    next = Math.min(2 * next, LONGEST);
    return delay - random.nextLong(delay / 4 + 1);
  }

  /** Starts again, after a success. */
  void reset() {
    next = FIRST;
  }
}
