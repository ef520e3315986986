package dev.rondo.etcd.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class FakeTimeTest {
  private final FakeTime time = new FakeTime();
  private final List<String> ran = new ArrayList<>();
  private final List<Future<?>> futures = new ArrayList<>();

  @Test
  void runsDueTasksInOrderEachAtItsOwnTime() {
    after(2, "b");
    after(1, "a");
    after(2, "c");
    after(5, "late");

    time.advance(Duration.ofSeconds(4));

    assertThat(ran).containsExactly("a at PT1S", "b at PT2S", "c at PT2S");
    assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(4));
    assertThat(time.waiting()).isEqualTo(1);
    assertThat(time.untilNext()).contains(Duration.ofSeconds(1));
  }

  @Test
  void runsOnTheWayWhatTasksSubmit() {
    futures.add(time.schedule(() -> after(1, "child"), 1, SECONDS));

    time.advance(Duration.ofSeconds(2));

    assertThat(ran).containsExactly("child at PT2S");
  }

  @Test
  void repeatsUntilCancelled() {
    var repeated = time.scheduleAtFixedRate(() -> note("tick"), 1, 2, SECONDS);

    time.advance(Duration.ofSeconds(4));
    repeated.cancel(false);
    time.advance(Duration.ofSeconds(4));

    assertThat(ran).containsExactly("tick at PT1S", "tick at PT3S");
    assertThat(time.waiting()).isZero();
  }

  @Test
  void waitsForATestEvenWithWhatIsDueAtOnce() {
    time.execute(() -> note("now"));
    assertThat(ran).isEmpty();

    time.runDue();

    assertThat(ran).containsExactly("now at PT0S");
  }

  @Test
  void failsWhenAnExecutedTaskFails() {
    time.execute(
        () -> {
          throw new IllegalStateException("broken");
        });

    assertThatThrownBy(time::runDue).hasMessage("broken");
  }

  @Test
  void overflowsLikeAnyNanosecondClock() {
    long before = time.nanoTime();

    time.advance(Duration.ofSeconds(4));

    assertThat(time.nanoTime()).isNegative();
    assertThat(time.nanoTime() - before).isEqualTo(Duration.ofSeconds(4).toNanos());
  }

  @Test
  void refusesTasksOnceShutDown() {
    after(1, "never");

    assertThat(time.shutdownNow()).hasSize(1);

    assertThat(time.isTerminated()).isTrue();
    assertThatThrownBy(() -> time.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  private void after(long seconds, String what) {
    futures.add(time.schedule(() -> note(what), seconds, SECONDS));
  }

  private void note(String what) {
    ran.add(what + " at " + time.elapsed());
  }
}
