package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Timer;
import dev.rondo.etcd.balancer.internal.TokenRefusal;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One renewal, with a deadline. What happens to it happens in the renewer's tasks. */
final class SingleRenewal extends CompletableFuture<LeaseRenewal>
    implements RenewalListener, Blocking.Interruptible {
  private final LeaseRenewer renewer;
  private final LeaseId id;
  private final Duration timeout;
  private final long start;

  // Written by the renewer's tasks.
  private volatile int attempts;
  private @Nullable EtcdException reason; // why it is not confirmed yet
  private int refusals; // of the token
  private @Nullable Timer deadline;
  private boolean isOver;

  private SingleRenewal(LeaseRenewer renewer, LeaseId id, Duration timeout) {
    this.renewer = renewer;
    this.id = id;
    this.timeout = timeout;
    this.start = renewer.now();
  }

  static CompletableFuture<LeaseRenewal> start(LeaseRenewer renewer, LeaseId id, Duration timeout) {
    SingleRenewal renewal = new SingleRenewal(renewer, id, timeout);
    renewer.run(renewal::begin);
    return renewal;
  }

  private void begin() {
    if (isDone()) {
      return;
    }
    deadline = renewer.after(timeout.toNanos() - (renewer.now() - start), this::timeOut);
    renewer.add(id, this);
  }

  @Override
  public long firstDue() {
    return renewer.now();
  }

  @Override
  public Duration patience() {
    return timeout.dividedBy(4);
  }

  @Override
  public void sent() {
    int before = attempts; // one task at a time writes
    attempts = before + 1;
  }

  /** Not enough is the answer to what was sent before this was asked for. */
  @Override
  public OptionalLong renewed(LeaseRenewal renewal, long sentAt) {
    if (sentAt - start < 0) {
      return OptionalLong.of(renewer.now());
    }
    finish(() -> complete(renewal));
    return OptionalLong.empty();
  }

  @Override
  public void gone(String endpoint) {
    fail(
        new EtcdException(
            Code.LEASE_NOT_FOUND,
            WriteOutcome.NOT_APPLIED,
            new EtcdException.Call(LeaseRpcs.KEEP_ALIVE.operation(), endpoint, attempts),
            String.valueOf(Code.LEASE_NOT_FOUND.text()),
            null));
  }

  /**
   * Goes on over the next stream, which logs in anew if the token was refused, unless the server
   * refuses to renew at all.
   */
  @Override
  public void unconfirmed(EtcdException failure) {
    reason = failure;
    Code code = failure.code();
    if (TokenRefusal.is(code) && ++refusals <= TokenRefusal.patience(code)) {
      return;
    }
    if (!code.isTransient() && code.outcome() == WriteOutcome.NOT_APPLIED) {
      fail(failure);
      renewer.run(() -> renewer.remove(id, this));
    }
  }

  @Override
  public void closed() {
    fail(failure(Code.CLOSED, "the connection is closed", reason));
  }

  private void timeOut() {
    fail(failure(Code.DEADLINE_EXCEEDED, "no answer within " + timeout, reason));
    renewer.remove(id, this);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      renewer.run(() -> renewer.remove(id, this));
    }
    return cancelled;
  }

  @Override
  public EtcdException interrupted(Throwable cause) {
    return failure(Code.CANCELLED, "interrupted while waiting", cause);
  }

  private EtcdException failure(Code code, String detail, @Nullable Throwable cause) {
    int sent = attempts;
    return new EtcdException(
        code,
        sent == 0 ? WriteOutcome.NOT_APPLIED : WriteOutcome.UNKNOWN,
        new EtcdException.Call(LeaseRpcs.KEEP_ALIVE.operation(), null, sent),
        detail,
        cause);
  }

  private void fail(EtcdException failure) {
    finish(() -> completeExceptionally(failure));
  }

  /** Those who wait go on with their own work, which has no place among the renewer's tasks. */
  private void finish(Runnable completion) {
    if (isOver) {
      return; // on an executor with many threads, the second end could overtake the first
    }
    isOver = true;
    Timer.stop(deadline);
    renewer.tell(completion);
  }
}
