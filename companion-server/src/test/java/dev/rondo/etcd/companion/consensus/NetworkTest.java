package dev.rondo.etcd.companion.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NetworkTest {
  private final Network<Callee> network = new Network<>();
  private final Callee callee = new Callee();

  /** Answers when it is told to. */
  private static final class Callee {
    final AtomicInteger calls = new AtomicInteger();
    final CompletableFuture<Void> called = new CompletableFuture<>();
    final CompletableFuture<String> answer = new CompletableFuture<>();

    CompletableFuture<String> call() {
      calls.incrementAndGet();
      called.complete(null);
      return answer;
    }
  }

  @BeforeEach
  void attach() {
    network.attach(1, new Callee());
    network.attach(2, callee);
    network.attach(3, new Callee());
  }

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void carriesTheAnswerBack() throws Exception {
    callee.answer.complete("answer");

    assertThat(get(call())).isEqualTo("answer");
  }

  @Test
  void carriesAFailureBackAsItIs() {
    var failure = new IllegalStateException("of the callee");
    callee.answer.completeExceptionally(failure);

    assertThatThrownBy(() -> get(call())).isSameAs(failure);
  }

  @Test
  void deliversNothingOnACutLink() {
    network.cut(1, 2);

    assertThatThrownBy(() -> get(call()))
        .isInstanceOf(NotDeliveredException.class)
        .hasMessage("nothing passes 1 -> 2");
    assertThat(callee.calls).hasValue(0);
  }

  @Test
  void deliversAgainWhenTheLinkIsHealed() throws Exception {
    callee.answer.complete("answer");
    network.cut(1, 2);
    network.cut(2, 1);

    network.heal(1, 2);
    network.heal(2, 1);

    assertThat(get(call())).isEqualTo("answer");
  }

  @Test
  void deliversButLosesTheAnswerIfOnlyTheWayBackIsCut() {
    network.cut(2, 1);

    assertThatThrownBy(() -> get(call())).isInstanceOf(AnswerLostException.class);
    assertThat(callee.calls).hasValue(1);
  }

  @Test
  void losesTheAnswerOfACallUnderWayWhenItsWayBackIsCut() throws Exception {
    var call = call();
    get(callee.called);

    network.cut(2, 1);
    network.heal(2, 1);
    callee.answer.complete("too late");

    assertThatThrownBy(() -> get(call)).isInstanceOf(AnswerLostException.class);
  }

  @Test
  void keepsTheAnswerOfACallUnderWayWhenTheWayThereIsCut() throws Exception {
    var call = call();
    get(callee.called);

    network.cut(1, 2);
    callee.answer.complete("answer");

    assertThat(get(call)).isEqualTo("answer");
  }

  @Test
  void losesARequestThatIsOnItsWayWhenTheLinkIsCut() {
    network.delay(1, 2, Duration.ofMinutes(1), Duration.ofMinutes(1));
    var call = call();

    network.cut(1, 2);

    assertThatThrownBy(() -> get(call)).isInstanceOf(NotDeliveredException.class);
    assertThat(callee.calls).hasValue(0);
  }

  @Test
  void losesWhatIsUnderWayToAMemberThatGoesDown() throws Exception {
    var call = call();
    get(callee.called);

    network.detach(2);

    assertThatThrownBy(() -> get(call)).isInstanceOf(AnswerLostException.class);
    assertThatThrownBy(() -> get(call())).isInstanceOf(NotDeliveredException.class);
  }

  @Test
  void aDelayedLinkHoldsUpNoOther() throws Exception {
    callee.answer.complete("answer");
    network.delay(1, 2, Duration.ofMinutes(1), Duration.ZERO);
    for (int waiting = 0; waiting < 100; waiting++) {
      var unused = call();
    }

    assertThat(get(network.call(3, 2, Callee::call))).isEqualTo("answer");
    assertThat(callee.calls).hasValue(1);
  }

  @Test
  void requestAndAnswerAreEachDelayedByTheirOwnLink() throws Exception {
    callee.answer.complete("answer");
    network.delay(1, 2, Duration.ofMillis(60), Duration.ZERO);
    network.delay(2, 1, Duration.ofMillis(40), Duration.ofMillis(10));
    long start = System.nanoTime();

    get(call());

    assertThat(System.nanoTime() - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
  }

  @Test
  void losesWhatIsUnderWayWhenItIsClosed() throws Exception {
    var call = call();
    get(callee.called);

    network.close();

    assertThatThrownBy(() -> get(call)).isInstanceOf(AnswerLostException.class);
    assertThatThrownBy(() -> get(call())).isInstanceOf(NotDeliveredException.class);
  }

  @Test
  void aMemberIsAttachedOnce() {
    assertThatThrownBy(() -> network.attach(2, callee))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("member 2 is attached already");
  }

  private CompletableFuture<String> call() {
    return network.call(1, 2, Callee::call);
  }

  private static <R> R get(CompletableFuture<R> future) throws Exception {
    try {
      return future.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
