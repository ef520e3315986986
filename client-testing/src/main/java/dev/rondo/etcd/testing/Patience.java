package dev.rondo.etcd.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waits for conditions, never longer than told. */
final class Patience {
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private Patience() {}

  /** Asks again and again on the calling thread; an exception counts as not yet. */
  static void await(String what, Duration atMost, Callable<Boolean> condition) {
    Awaitility.await(what)
        .pollInSameThread()
        .atMost(atMost)
        .pollDelay(Duration.ZERO)
        .pollInterval(INTERVAL)
        .ignoreExceptions()
        .until(condition);
  }

  /** Asks until there is an answer; an exception counts as none. */
  static <T> T find(String what, Duration atMost, Callable<Optional<T>> question) {
    return Awaitility.await(what)
        .pollInSameThread()
        .atMost(atMost)
        .pollDelay(Duration.ZERO)
        .pollInterval(INTERVAL)
        .ignoreExceptions()
        .until(question, Optional::isPresent)
        .orElseThrow();
  }
}
