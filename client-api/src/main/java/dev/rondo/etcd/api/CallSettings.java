package dev.rondo.etcd.api;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How the calls of a client are made; every client has a {@code with} method that takes these.
 *
 * <pre>{@code
 * KvClient patient = kv.with(call -> call.timeout(Duration.ofMinutes(1)));
 * KvClient repeating = kv.with(call -> call.idempotent(true));
 * }</pre>
 */
public final class CallSettings {
  /** Ten seconds in total, and no write is repeated unless it surely was not applied. */
  public static final CallSettings DEFAULT = new Builder().build();

  private static final Duration LONGEST = Duration.ofDays(365);

  private final Duration timeout;
  private final boolean idempotent;

  private CallSettings(Builder builder) {
    this.timeout = builder.timeout;
    this.idempotent = builder.idempotent;
  }

  /** Returns a builder that starts with {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns these settings with the changes that {@code changes} makes. */
  public CallSettings with(Consumer<Builder> changes) {
    Builder builder = new Builder();
    builder.timeout = timeout;
    builder.idempotent = idempotent;
    changes.accept(builder);
    return builder.build();
  }

  /** How long a call may take in total, all attempts and the waits between them included. */
  public Duration timeout() {
    return timeout;
  }

  /** Whether a write may be sent again although an earlier attempt may have been applied. */
  public boolean isIdempotent() {
    return idempotent;
  }

  @Override
  public String toString() {
    return "CallSettings[timeout=" + timeout + ", idempotent=" + idempotent + "]";
  }

  /** Collects settings. Not safe for use by many threads. */
  public static final class Builder {
    private Duration timeout = Duration.ofSeconds(10);
    private boolean idempotent;

    private Builder() {}

    /**
     * How long a call may take in total, all attempts and the waits between them included. Streams
     * that live until they are closed do not count.
     *
     * @param timeout from one millisecond to 365 days; 10 seconds by default
     */
    public Builder timeout(Duration timeout) {
      if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "timeout must be between PT0.001S and " + LONGEST + ", was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Whether a write may be sent again although an earlier attempt may have been applied: say yes
     * only if doing it twice is as good as once. False by default, so that such a write ends with
     * {@link OutcomeUnknownException}.
     */
    public Builder idempotent(boolean idempotent) {
      this.idempotent = idempotent;
      return this;
    }

    /** Returns the settings. */
    public CallSettings build() {
      return new CallSettings(this);
    }
  }
}
