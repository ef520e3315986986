package dev.rondo.etcd.balancer.channel;

import java.time.Duration;

/**
 * How long a connection may be silent.
 *
 * @param silence for how long nothing may come in while a call waits, before the endpoint is asked
 * @param probe how long its answer may take, if other endpoints answer meanwhile
 */
public record SilenceLimits(Duration silence, Duration probe) {
  /** How often the lines are looked at. */
  static final Duration TICK = Duration.ofMillis(100);

  /** With no other endpoint to compare with, it may be this machine that is cut off or busy. */
  private static final Duration LONE_PROBE = Duration.ofSeconds(3);

  /** For lines with nothing but quiet streams on them: cheap enough to do for ever. */
  private static final Duration IDLE = Duration.ofSeconds(5);

  /**
   * 400 ms each: a reader on an endpoint that froze goes on within a second, and a healthy member,
   * which answers a status from memory, would have to be without a processor for all of it.
   */
  public static final SilenceLimits DEFAULT =
      new SilenceLimits(Duration.ofMillis(400), Duration.ofMillis(400));

  int silenceTicks() {
    return ticks(silence);
  }

  int probeTicks() {
    return ticks(probe);
  }

  int loneProbeTicks() {
    return Math.max(probeTicks(), ticks(LONE_PROBE));
  }

  int idleTicks() {
    return Math.max(silenceTicks(), ticks(IDLE));
  }

  static int ticks(Duration duration) {
    return Math.toIntExact(Math.max(1, duration.toMillis() / TICK.toMillis()));
  }
}
