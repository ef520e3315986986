package dev.rondo.etcd.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a source of endpoints is asked again. */
class RefreshTest {
  private static final Duration IN_TROUBLE = Duration.ofSeconds(5);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FakeTime time = new FakeTime();
  private final List<Duration> asked = new ArrayList<>();
  private final Queue<CompletableFuture<Duration>> answers = new ArrayDeque<>();
  private final Refresh refresh = new Refresh(time, time::nanoTime, IN_TROUBLE, this::ask);

  private CompletableFuture<Duration> ask() {
    asked.add(time.elapsed());
    CompletableFuture<Duration> answer = new CompletableFuture<>();
    answers.add(answer);
    return answer;
  }

  private void answer(Duration next) {
    answers.remove().complete(next);
    time.runDue();
  }

  @Test
  void itIsAskedAgainWhenTheAnswerIsTooOld() {
    refresh.start();
    answer(MINUTE);

    time.advance(MINUTE.minusMillis(1));
    assertThat(asked).containsExactly(Duration.ZERO);
    time.advance(Duration.ofMillis(1));

    assertThat(asked).containsExactly(Duration.ZERO, MINUTE);
  }

  @Test
  void aQuestionThatIsNotAnsweredIsNotAskedTwice() {
    refresh.start();
    refresh.troubled(true);

    time.advance(Duration.ofHours(1));

    assertThat(asked).hasSize(1);
  }

  @Test
  void troubleAfterALongTimeIsAskedAboutAtOnce() {
    refresh.start();
    answer(MINUTE);
    time.advance(Duration.ofSeconds(20));

    refresh.troubled(true);
    time.runDue();

    assertThat(asked).containsExactly(Duration.ZERO, Duration.ofSeconds(20));
  }

  @Test
  void troubleThatLastsIsAskedAboutEveryFiveSeconds() {
    refresh.start();
    answer(MINUTE);
    refresh.troubled(true);

    for (int i = 0; i < 3; i++) {
      time.advance(IN_TROUBLE);
      answer(MINUTE);
    }
    refresh.troubled(false);
    time.advance(IN_TROUBLE.multipliedBy(2));

    assertThat(asked).extracting(Duration::toSeconds).containsExactly(0L, 5L, 10L, 15L);
  }

  @Test
  void troubleBeforeTheStartAsksNothing() {
    refresh.troubled(true);
    time.advance(MINUTE);

    assertThat(asked).isEmpty();
  }

  @Test
  void nothingIsAskedAfterTheStop() {
    refresh.start();
    answer(MINUTE);
    refresh.stop();
    refresh.troubled(true);

    time.advance(MINUTE.multipliedBy(2));

    assertThat(asked).hasSize(1);
    assertThat(time.waiting()).isZero();
  }
}
