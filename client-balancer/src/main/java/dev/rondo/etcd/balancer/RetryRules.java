package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Rpc;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Whether an attempt may be followed by another, and when. The README has the same as a table. */
final class RetryRules {
  private static final long FIRST_PAUSE = Duration.ofMillis(25).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofMillis(250).toNanos();

  private RetryRules() {}

  static boolean mayRepeat(AttemptFailure failure, Rpc<?, ?> rpc, CallSettings settings) {
    if (failure.code() == Code.NOT_ETCD) {
      return rpc.kind()
          == Rpc.Kind.READ; // another endpoint may be etcd; who knows what this one did
    }
    if (failure.wasNeverSent()) {
      return failure.code().isTransient();
    }
    if (!failure.code().isTransient()) {
      return false;
    }
    return rpc.kind() != Rpc.Kind.WRITE
        || settings.isIdempotent()
        || failure.outcome() == WriteOutcome.NOT_APPLIED;
  }

  /**
   * How long to wait before another lap round the endpoints, in nanoseconds: 25 ms and twice as
   * long after each further lap, at most 250 ms, so that calls are back soon after a leader is
   * elected, each with up to half taken off by chance.
   *
   * @param lap how many laps are over, at least 1
   */
  static long pauseNanos(int lap, RandomGenerator random) {
    long pause = Math.min(FIRST_PAUSE << Math.min(lap - 1, 10), LONGEST_PAUSE);
    return pause / 2 + random.nextLong(pause / 2 + 1);
  }
}
