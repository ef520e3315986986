package dev.rondo.etcd.balancer.channel;

/**
 * Whether the other end of one connection is there: when to ask it, and when its silence is that of
 * a peer that is gone.
 *
 * <p>Time is counted in ticks that this process was awake for. So a machine that has no time for us
 * does not look like a silent peer.
 */
final class Pulse {
  /** What a tick leads to. */
  enum Verdict {
    /** Nothing to do. */
    FINE,
    /** Quiet for too long: ask it. */
    PROBE,
    /** It did not answer that: cut it off. */
    SILENT
  }

  private final SilenceLimits limits;
  private int quiet; // ticks with calls here and nothing heard
  private int idle; // ticks with nothing but streams here and nothing heard
  private int probed = -1; // ticks since it was asked; -1 while it is not
  private boolean othersAnswer; // since then

  Pulse(SilenceLimits limits) {
    this.limits = limits;
  }

  /**
   * Counts a tick.
   *
   * @param isHeard whether anything came in since the last one
   * @param hasCalls whether a call waits for its answer here
   * @param hasStreams whether a stream is here
   * @param isHeardElsewhere whether anything came in from another endpoint since the last tick:
   *     proof that this machine and its network are well
   */
  Verdict tick(boolean isHeard, boolean hasCalls, boolean hasStreams, boolean isHeardElsewhere) {
    if (isHeard) {
      quiet = 0;
      idle = 0;
      probed = -1;
      return Verdict.FINE;
    }
    if (isProbing()) { // to the end, even if those who waited went elsewhere
      probed++;
      othersAnswer |= isHeardElsewhere;
      int limit = othersAnswer ? limits.probeTicks() : limits.loneProbeTicks();
      return probed >= limit ? Verdict.SILENT : Verdict.FINE;
    }
    quiet = hasCalls ? quiet + 1 : 0;
    idle = hasCalls || hasStreams ? idle + 1 : 0;
    if (quiet < limits.silenceTicks() && idle < limits.idleTicks()) {
      return Verdict.FINE;
    }
    probed = 0;
    othersAnswer = false;
    return Verdict.PROBE;
  }

  /** Whether an answer to the question is due. */
  boolean isProbing() {
    return probed >= 0;
  }
}
