package dev.rondo.etcd.balancer.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** How often an endpoint that cannot be reached is tried. */
class ReconnectBackoffTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Property(tries = 200)
  void noSecondAfterTheFirstTwoHasMoreThanThreeTries(@ForAll long seed) {
    ReconnectBackoff backoff = new ReconnectBackoff(new Random(seed));
    long[] tries = new long[40];
    for (int i = 1; i < tries.length; i++) {
      tries[i] = tries[i - 1] + backoff.nextNanos();
    }

    for (int i = 0; i + 3 < tries.length; i++) {
      if (tries[i] >= 2 * SECOND) {
        assertThat(tries[i + 3] - tries[i]).isGreaterThan(SECOND);
      }
    }
  }

  @Property(tries = 200)
  void theFirstTryFollowsWithin20MillisecondsAndNoneAfterMoreThanHalfASecond(@ForAll long seed) {
    ReconnectBackoff backoff = new ReconnectBackoff(new Random(seed));

    assertThat(backoff.nextNanos()).isBetween(1L, SECOND / 50);
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.nextNanos()).isLessThanOrEqualTo(SECOND / 2);
    }
    backoff.reset();
    assertThat(backoff.nextNanos()).isLessThanOrEqualTo(SECOND / 50);
  }
}
