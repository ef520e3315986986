package dev.rondo.etcd.companion.consensus;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How much later something arrives on a link. */
record Delay(Duration least, Duration jitter) {
  Delay {
    if (least.isNegative() || jitter.isNegative()) {
      throw new IllegalArgumentException(
          "delay and jitter must not be negative, were " + least + " and " + jitter);
    }
  }

  long nextNanos() {
    return least.toNanos() + ThreadLocalRandom.current().nextLong(jitter.toNanos() + 1);
  }
}
