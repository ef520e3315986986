package dev.rondo.etcd.companion.watch;

import java.time.Duration;

/**
 * How watchers are served.
 *
 * @param progressInterval after how long a quiet watcher that asked for it hears of progress; each
 *     stream adds up to a tenth by chance, so that not all are told at once
 * @param fragmentBytes from which size on a response is cut for those who asked for it
 */
public record WatchSettings(Duration progressInterval, int fragmentBytes) {
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(1);

  /** etcd's: ten minutes, and the largest request with what gRPC may add to it. */
  public static final WatchSettings DEFAULT =
      new WatchSettings(Duration.ofMinutes(10), (1536 + 512) * 1024);

  /** Checks that the interval is at least a millisecond and the size positive. */
  public WatchSettings {
    if (progressInterval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "progressInterval must be at least " + SHORTEST_INTERVAL + ", was " + progressInterval);
    }
    if (fragmentBytes < 1) {
      throw new IllegalArgumentException("fragmentBytes must be at least 1, was " + fragmentBytes);
    }
  }
}
