package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call, and another one that depends on how it ended. Cancelling this cancels the one that is on
 * its way, which the stages of {@link CompletableFuture} do not do.
 */
public final class TwoSteps<T> extends CompletableFuture<T> implements Blocking.Interruptible {
  /** Goes on from the end of the first call; exactly one of its arguments is null. */
  @FunctionalInterface
  public interface Second<S, T> {
    /** Returns the second call, or what stands for its end where none is needed. */
    CompletableFuture<T> after(@Nullable S result, @Nullable Throwable failure);
  }

  private final String operation;
  private volatile CompletableFuture<?> current;

  private TwoSteps(String operation, CompletableFuture<?> first) {
    this.operation = operation;
    this.current = first;
  }

  /**
   * Goes on however the first call ended.
   *
   * @param operation what the failure of an interrupted caller names
   */
  public static <S, T> CompletableFuture<T> of(
      String operation, CompletableFuture<S> first, Second<S, T> second) {
    TwoSteps<T> steps = new TwoSteps<>(operation, first);
    var unused = first.whenComplete((result, failure) -> steps.goOn(second, result, failure));
    return steps;
  }

  /**
   * Goes on if the first call succeeded, and ends as it did otherwise.
   *
   * @param operation what the failure of an interrupted caller names
   */
  public static <S, T> CompletableFuture<T> ifDone(
      String operation, CompletableFuture<S> first, Function<S, CompletableFuture<T>> second) {
    return of(
        operation,
        first,
        (result, failure) ->
            result == null
                ? CompletableFuture.failedFuture(Objects.requireNonNull(failure))
                : second.apply(result));
  }

  /**
   * Makes another result of that of a call, if it succeeded.
   *
   * @param operation what the failure of an interrupted caller names
   * @param change what it throws ends the result
   */
  public static <S, T> CompletableFuture<T> map(
      String operation, CompletableFuture<S> call, Function<? super S, ? extends T> change) {
    return ifDone(
        operation, call, result -> CompletableFuture.completedFuture(change.apply(result)));
  }

  private <S> void goOn(Second<S, T> second, @Nullable S result, @Nullable Throwable failure) {
    if (isDone()) {
      return;
    }
    CompletableFuture<T> next;
    try {
      next = second.after(result, failure);
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
      return;
    }
    current = next;
    if (isCancelled()) { // meanwhile, and then it missed the second call
      next.cancel(true);
    }
    var unused = next.whenComplete(this::finish);
  }

  private void finish(@Nullable T result, @Nullable Throwable failure) {
    if (failure != null) {
      completeExceptionally(failure);
    } else {
      complete(result);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    current.cancel(mayInterruptIfRunning);
    return cancelled;
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    return current instanceof Blocking.Interruptible call
        ? call.interrupted(cause)
        : Blocking.interrupted(operation, WriteOutcome.UNKNOWN, cause);
  }
}
