package dev.rondo.etcd.companion.lease;

import java.util.function.LongSupplier;

/**
 * What one lease has left by the clock of one leadership. Safe for use by many threads, which wait
 * for each other no longer than a reading of the clock takes.
 */
final class Countdown {
  private final Lease lease;
  private final LongSupplier clock; // nanoseconds
  private long deadline; // guarded by this

  Countdown(Lease lease, LongSupplier clock, long deadline) {
    this.lease = lease;
    this.clock = clock;
    this.deadline = deadline;
  }

  Lease lease() {
    return lease;
  }

  synchronized long deadline() {
    return deadline;
  }

  /** Nanoseconds; negative when the deadline has passed. */
  synchronized long remaining() {
    return deadline - clock.getAsLong();
  }

  /** Gives the lease its whole TTL again. Returns false if it has run out, which is final. */
  synchronized boolean restart() {
    // The clock is read under the lock: whoever saw the deadline pass before us saw an earlier
    // reading, so that a lease once named as expired is never renewed.
    long now = clock.getAsLong();
    if (deadline <= now) {
      return false;
    }
    deadline = now + lease.grantedNanos();
    return true;
  }
}
