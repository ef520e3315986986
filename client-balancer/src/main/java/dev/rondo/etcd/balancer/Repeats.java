package dev.rondo.etcd.balancer;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.rondo.etcd.api.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Lets Failsafe repeat what has failed once. */
final class Repeats {
  private static final AtomicBoolean wasWarmedUp = new AtomicBoolean();

  /**
   * What is repeated.
   *
   * @param <R> what it ends with
   */
  interface Turns<R> {
    /** Whether another attempt follows this failure. */
    boolean mayRepeat(AttemptFailure failure);

    /** How long to wait after this failure. */
    Duration pause(AttemptFailure failure);

    /** Makes the next attempt. */
    CompletableFuture<R> next();
  }

  private Repeats() {}

  /**
   * Goes on after {@code first}.
   *
   * @param within how long attempts may follow
   * @throws RejectedExecutionException if the scheduler takes no more
   */
  static <R> CompletableFuture<R> after(
      AttemptFailure first, Duration within, ScheduledExecutorService scheduler, Turns<R> turns) {
    RetryPolicy<R> policy =
        RetryPolicy.<R>builder()
            .handleIf(failure -> failure instanceof AttemptFailure ended && turns.mayRepeat(ended))
            .withMaxRetries(-1)
            .withMaxDuration(within)
            .withDelayFnOn(
                context -> turns.pause((AttemptFailure) context.getLastException()),
                AttemptFailure.class)
            .build();
    return Failsafe.with(policy)
        .with(scheduler)
        .getStageAsync( // its first execution is the attempt that has failed already
            context ->
                context.getAttemptCount() == 0
                    ? CompletableFuture.failedFuture(first)
                    : turns.next());
  }

  /**
   * Repeats nothing, once in this JVM, so that the first call that has to be repeated does not wait
   * until some hundred classes are loaded: 70 ms on a busy machine, in the midst of an outage.
   *
   * @param elsewhere runs it on a thread that nobody waits for
   */
  static void warmUp(Consumer<Runnable> elsewhere, ScheduledExecutorService scheduler) {
    if (!wasWarmedUp.getAndSet(true)) {
      elsewhere.accept(() -> repeatNothing(scheduler));
    }
  }

  private static void repeatNothing(ScheduledExecutorService scheduler) {
    try {
      var unused =
          after(
              AttemptFailure.withoutToken(Code.UNAVAILABLE, "nothing was sent"),
              Duration.ofSeconds(1),
              scheduler,
              new Nothing());
    } catch (RejectedExecutionException e) {
      wasWarmedUp.set(false); // the connection was closed already
    }
  }

  private static final class Nothing implements Turns<Boolean> {
    @Override
    public boolean mayRepeat(AttemptFailure failure) {
      return true;
    }

    @Override
    public Duration pause(AttemptFailure failure) {
      return Duration.ZERO;
    }

    @Override
    public CompletableFuture<Boolean> next() {
      return CompletableFuture.completedFuture(true);
    }
  }
}
