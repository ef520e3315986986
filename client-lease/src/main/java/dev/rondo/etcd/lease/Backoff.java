package dev.rondo.etcd.lease;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/** Waits that double from 20 ms to one second, each cut by a random part of up to its half. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final DoubleSupplier random; // from 0 to 1
  private Duration next = FIRST;

  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  Duration next() {
    Duration wait = next;
    Duration twice = wait.multipliedBy(2);
    next = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    return wait.minusNanos((long) (wait.toNanos() * random.getAsDouble() / 2));
  }

  void reset() {
    next = FIRST;
  }
}
