package dev.rondo.etcd.companion.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
  @Test
  void takesOneTurnAtATimeAndMissesNothing() throws InterruptedException {
    var threads = Executors.newFixedThreadPool(4);
    var given = new AtomicInteger();
    var running = new AtomicInteger();
    var seen = new AtomicInteger();
    var collisions = new AtomicInteger();
    var turns =
        new Turns(
            threads,
            () -> {
              collisions.addAndGet(running.getAndIncrement());
              seen.set(given.get());
              running.decrementAndGet();
            });
    var callers = Executors.newFixedThreadPool(4);

    for (int caller = 0; caller < 4; caller++) {
      callers.execute(
          () -> {
            for (int i = 0; i < 20_000; i++) {
              given.incrementAndGet();
              turns.schedule();
            }
          });
    }
    callers.shutdown();
    assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    await().untilAtomic(seen, equalTo(80_000));
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

    assertThat(collisions.get()).isZero();
  }
}
