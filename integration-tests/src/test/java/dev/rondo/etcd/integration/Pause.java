package dev.rondo.etcd.integration;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** Time that passes while a test does nothing and others do their part. */
final class Pause {
  private Pause() {}

  static void of(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
  }
}
