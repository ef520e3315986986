package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Blocking.Interruptible;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Two calls, one after the other, seen as one. Cancelling it cancels the one that is on its way.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what a callback does is seen on the sequence
final class CallSequence<T> extends CompletableFuture<T> implements Interruptible {
  private volatile CompletableFuture<?> current;

  private CallSequence(CompletableFuture<?> first) {
    this.current = first;
  }

  /** Makes the second call out of the answer to the first. */
  static <A, T> CallSequence<T> of(
      CompletableFuture<A> first, Function<? super A, CompletableFuture<T>> second) {
    CallSequence<T> sequence = new CallSequence<>(first);
    first.whenComplete(
        (answer, failure) -> {
          if (failure == null) {
            sequence.goOn(second, answer);
          } else {
            sequence.completeExceptionally(failure);
          }
        });
    return sequence;
  }

  private <A> void goOn(Function<? super A, CompletableFuture<T>> second, A answer) {
    if (isDone()) {
      return;
    }
    try {
      CompletableFuture<T> next = second.apply(answer);
      current = next;
      if (isCancelled()) {
        next.cancel(true);
      }
      next.whenComplete(this::end);
    } catch (RuntimeException e) {
      completeExceptionally(e);
    }
  }

  private void end(T answer, @Nullable Throwable failure) {
    if (failure == null) {
      complete(answer);
    } else {
      completeExceptionally(failure);
    }
  }

  /** Cancels this first, so that a call made meanwhile sees that it is late. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean isCancelled = super.cancel(mayInterruptIfRunning);
    current.cancel(mayInterruptIfRunning);
    return isCancelled;
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    return current instanceof Interruptible call
        ? call.interrupted(cause)
        : new EtcdException(
            Code.CANCELLED,
            WriteOutcome.UNKNOWN,
            new EtcdException.Call("call", null, 0),
            "interrupted while waiting",
            cause);
  }
}
