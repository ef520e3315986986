package dev.rondo.etcd.balancer.internal;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** Waits that double from 20 ms to one second, each cut by a random part of up to its half. */
public final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final DoubleSupplier random; // from 0 to 1
  private Duration next = FIRST;

  /** Makes one that begins with the shortest wait. */
  public Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** How long to wait this time. */
  public Duration next() {
    Duration wait = next;
    Duration twice = wait.multipliedBy(2);
    next = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    return wait.minusNanos((long) (wait.toNanos() * random.getAsDouble() / 2));
  }

  /** Begins with the shortest wait again. */
  public void reset() {
    next = FIRST;
  }
}
