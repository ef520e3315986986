package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How many repetitions a connection makes in all. */
class RetryBudgetTest {
  private static final long LONG = Duration.ofMinutes(10).toNanos();

  private final FakeTime time = new FakeTime();
  private final RetryBudget budget = new RetryBudget(time, time::nanoTime);

  private List<CompletableFuture<Void>> turns(int count) {
    return IntStream.range(0, count).mapToObj(i -> budget.turn(LONG)).toList();
  }

  private static long granted(List<CompletableFuture<Void>> turns) {
    return turns.stream().filter(CompletableFuture::isDone).count();
  }

  @Test
  void aThousandGoAtOnceAndTwoHundredASecondAfterThat() {
    List<CompletableFuture<Void>> turns = turns(10_000);
    assertThat(granted(turns)).isEqualTo(1_000);

    time.advance(Duration.ofSeconds(10));

    assertThat(granted(turns)).isBetween(2_990L, 3_000L);
  }

  @Test
  void whoWaitsLongestGoesFirst() {
    List<CompletableFuture<Void>> turns = turns(2_000);

    time.advance(Duration.ofSeconds(1));

    assertThat(turns.subList(0, 1_190)).allMatch(CompletableFuture::isDone);
    assertThat(turns.subList(1_201, 2_000)).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void eachSuccessFreesTwoSoThatARecoveryIsOverInAFewRounds() {
    List<CompletableFuture<Void>> turns = turns(11_000);
    budget.succeeded(); // the first of those under way

    int rounds = 0;
    for (long seen = 1_000; granted(turns) < 11_000; rounds++) {
      long freed = granted(turns) - seen;
      seen += freed;
      LongStream.range(0, freed).forEach(i -> budget.succeeded());
    }

    assertThat(rounds).isLessThan(15);
  }

  @Test
  void nobodyWaitsBeyondHisOwnLimit() {
    turns(5_000);
    CompletableFuture<Void> last = budget.turn(Duration.ofMillis(10).toNanos());

    time.advance(Duration.ofMillis(10));

    assertThat(last).isDone();
  }

  @Test
  void whatNobodyUsesIsThereLater() {
    turns(1_000);

    time.advance(Duration.ofSeconds(5));

    assertThat(granted(turns(2_000))).isBetween(999L, 1_000L);
  }

  @Test
  void leavesNothingToDoWhenNobodyWaits() {
    turns(1_500);
    time.advance(Duration.ofSeconds(10));

    assertThat(time.waiting()).isZero();
  }
}
