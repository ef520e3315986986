package dev.rondo.etcd.companion.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CountdownTest {
  private static final Lease LEASE = new Lease(1, 2, 0);

  @Test
  void endsAtItsDeadlineForGood() {
    var now = new AtomicLong();
    var countdown = new Countdown(LEASE, now::get, 5);

    now.set(4);
    assertThat(countdown.restart()).isTrue();
    assertThat(countdown.deadline()).isEqualTo(4 + LEASE.grantedNanos());

    now.set(countdown.deadline());
    assertThat(countdown.remaining()).isZero();
    assertThat(countdown.restart()).isFalse();
  }

  /**
   * Else one thread could see the deadline pass while another has read the clock already, but has
   * not moved the deadline yet: a lease would be renewed and revoked.
   */
  @Test
  void showsNobodyItsDeadlineBetweenReadingTheClockAndMovingIt() throws InterruptedException {
    var countdown = new AtomicReference<Countdown>();
    var seen = new AtomicLong();
    var reader = new Thread(() -> seen.set(countdown.get().deadline()));
    countdown.set(
        new Countdown(
            LEASE,
            () -> {
              reader.start();
              Awaitility.await().until(() -> isHeldUpOrDone(reader));
              return 4;
            },
            5));

    assertThat(countdown.get().restart()).isTrue();

    reader.join();
    assertThat(seen.get()).isEqualTo(4 + LEASE.grantedNanos());
  }

  private static boolean isHeldUpOrDone(Thread thread) {
    return thread.getState() == Thread.State.BLOCKED
        || thread.getState() == Thread.State.TERMINATED;
  }
}
