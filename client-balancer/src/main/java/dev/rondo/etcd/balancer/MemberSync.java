package dev.rondo.etcd.balancer;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a connection follows the member list of its cluster.
 *
 * <p>The list is read when the connection is made, after each interval, and every 5 seconds while
 * an endpoint is disconnected (after each interval if that is shorter). Each member that was
 * started and is no learner takes part with all URLs it advertises to clients that have the scheme
 * of the connection. Nothing changes if that leaves nobody, or if the list cannot be read; a list
 * of another cluster than the first one is refused.
 *
 * <p>The endpoints that the connection was built with are never forgotten: as long as no endpoint
 * of the member list is connected, they take part as well. They leave when one is, so that no
 * member gets two shares under two names.
 *
 * <p>Advertised URLs that mean the machine itself (loopback, or no particular address) are passed
 * over, unless the connection was built with such endpoints: etcd advertises {@code
 * http://localhost:2379} if nobody tells it better, and what listens there may be another cluster.
 */
public final class MemberSync {
  /** Once a minute, with the URLs as they are advertised. */
  public static final MemberSync DEFAULT = new Builder().build();

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Duration interval;
  private final Function<String, Optional<String>> mapping;

  private MemberSync(Builder builder) {
    this.interval = builder.interval;
    this.mapping = builder.mapping;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  Duration interval() {
    return interval;
  }

  Function<String, Optional<String>> mapping() {
    return mapping;
  }

  @Override
  public String toString() {
    return "MemberSync[interval=" + interval + "]";
  }

  /** Collects settings. Not safe for use by many threads. */
  public static final class Builder {
    private Duration interval = Duration.ofMinutes(1);
    private Function<String, Optional<String>> mapping = Optional::of;

    private Builder() {}

    /**
     * How long a list holds.
     *
     * @param interval from one second to one day; one minute by default
     */
    public Builder interval(Duration interval) {
      if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "interval must be between " + SHORTEST + " and " + LONGEST + ", was " + interval);
      }
      this.interval = interval;
      return this;
    }

    /**
     * Uses other URLs than the advertised ones, where clients reach members through a translation
     * of addresses.
     *
     * @param mapping gets an advertised URL, and returns the one to use, or empty to pass over it;
     *     called on the connection's executor, must not block
     */
    public Builder mapping(Function<String, Optional<String>> mapping) {
      this.mapping = mapping;
      return this;
    }

    /** Returns the settings. */
    public MemberSync build() {
      return new MemberSync(this);
    }
  }
}
