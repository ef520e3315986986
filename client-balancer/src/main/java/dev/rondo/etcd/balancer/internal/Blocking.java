package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The one place where a thread waits for a call. */
public final class Blocking {
  private Blocking() {}

  /**
   * Waits for {@code future}. An interrupt cancels it, on the wire too, and stays set.
   *
   * @throws EtcdException if the call failed, with the trace of this thread, or was interrupted
   */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw interrupted(future, e);
    } catch (CancellationException e) {
      throw cancelled("the call was cancelled", e);
    } catch (ExecutionException e) {
      throw asThrown(Objects.requireNonNull(e.getCause()));
    }
  }

  /**
   * The call may have ended, well or badly, at the moment of the interrupt: then it is too late to
   * tell.
   */
  private static <T> EtcdException interrupted(CompletableFuture<T> future, Throwable cause) {
    return future instanceof Interruptible call
        ? call.interrupted(cause)
        : interrupted("call", WriteOutcome.UNKNOWN, cause);
  }

  private static EtcdException cancelled(String detail, Throwable cause) {
    return new EtcdException(
        Code.CANCELLED,
        WriteOutcome.UNKNOWN,
        new EtcdException.Call("call", null, 0),
        detail,
        cause);
  }

  private static RuntimeException asThrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    cause.setStackTrace(withoutThisClass());
    return (RuntimeException) cause;
  }

  /** The trace of the caller says more than that of the thread on which the answer came. */
  private static StackTraceElement[] withoutThisClass() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .dropWhile(frame -> frame.getClassName().equals(Blocking.class.getName()))
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toArray(StackTraceElement[]::new));
  }

  /** Returns the failure of a caller of {@code operation} that was interrupted while it waited. */
  public static EtcdException interrupted(String operation, WriteOutcome outcome, Throwable cause) {
    return new EtcdException(
        Code.CANCELLED,
        outcome,
        new EtcdException.Call(operation, null, 0),
        "interrupted while waiting",
        cause);
  }

  /** A future that knows what to say when its caller is interrupted. */
  public interface Interruptible {
    /** Returns the failure that the interrupted caller gets. */
    EtcdException interrupted(Throwable cause);
  }
}
