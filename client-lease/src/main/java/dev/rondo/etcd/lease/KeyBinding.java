package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Backoff;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Timer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A key, and what a {@link HealedLease} does to it: one call at a time, so that none overtakes
 * another. Touched by the lease's tasks only.
 */
final class KeyBinding {
  private enum Wish {
    NOTHING,
    /** The user's own put, whatever was there before. */
    PUT,
    /** The same again, under a lease that was granted anew. */
    RESTORE,
    DELETE
  }

  private final HealedLease lease;
  private final Calls calls;
  private final Bytes key; // by its name in the namespace
  private final Bytes fullKey;
  private final Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  private Bytes value = Bytes.EMPTY;
  private boolean isBound;
  private BoundKey.State state = BoundKey.State.PENDING;
  private @Nullable EtcdException failure;
  private Wish wish = Wish.NOTHING; // what to do as soon as nothing is in flight
  private boolean isInFlight;
  private @Nullable Waiter putting; // who waits for the first put
  private @Nullable Waiter deleting;
  private @Nullable Timer patience; // of who waits for the first put
  private @Nullable Timer again;

  KeyBinding(HealedLease lease, Calls calls, Namespace namespace, Bytes key) {
    this.lease = lease;
    this.calls = calls;
    this.key = key;
    this.fullKey = namespace.in(key);
  }

  Bytes key() {
    return key;
  }

  boolean isBound() {
    return isBound;
  }

  BoundKey shown() {
    return new BoundKey(key, state, Optional.ofNullable(failure));
  }

  /** Puts this value from now on. */
  void bind(Bytes newValue, Waiter waiter) {
    failPut(BindingRpcs.failure(Code.CANCELLED, "another value was bound to the key", null));
    forgetDeletion();
    value = newValue;
    isBound = true;
    putting = waiter;
    waiter.onCancel(() -> giveUp(waiter));
    patience = lease.after(calls.settings().timeout(), this::timeOut);
    become(BoundKey.State.PENDING, null);
    want(Wish.PUT);
  }

  /** Puts it no more, and deletes what was put. */
  void unbind(Waiter waiter) {
    if (deleting != null) {
      deleting.fail(BindingRpcs.failure(Code.CANCELLED, "the key was unbound once more", null));
    }
    deleting = waiter;
    isBound = false;
    lease.show(); // not later: who waits may look at once
    failPut(BindingRpcs.failure(Code.CANCELLED, "the key was unbound", null));
    want(Wish.DELETE);
    if (lease.isLost()) {
      lost();
    }
  }

  /** The lease is lost, and the key with it. */
  void lost() {
    if (isBound) {
      become(BoundKey.State.PENDING, null);
    } else {
      forgetDeletion();
    }
  }

  /** There is no need any more for a deletion that was not sent yet. */
  private void forgetDeletion() {
    if (wish == Wish.DELETE) {
      wish = Wish.NOTHING;
      deleted(null);
    }
  }

  /** The lease was granted anew. */
  void restore() {
    backoff.reset();
    if (isBound) {
      tryAgain();
    }
  }

  private void tryAgain() {
    want(putting == null ? Wish.RESTORE : Wish.PUT);
  }

  private void want(Wish next) {
    pause();
    wish = next;
    go();
  }

  private void pause() {
    Timer.stop(again);
  }

  private void go() {
    if (isInFlight || wish == Wish.NOTHING || lease.isLost()) {
      return;
    }
    Wish now = wish;
    wish = Wish.NOTHING;
    isInFlight = true;
    long generation = lease.restorations();
    var unused =
        send(now)
            .whenComplete(
                (next, refusal) -> lease.run(() -> ended(now, generation, next, refusal)));
  }

  private CompletableFuture<BoundKey.State> send(Wish now) {
    return switch (now) {
      case RESTORE -> BindingRpcs.restore(calls, lease.id(), fullKey, value);
      case DELETE -> BindingRpcs.delete(calls, lease.id(), fullKey);
      default -> BindingRpcs.put(calls, lease.id(), fullKey, value);
    };
  }

  private void ended(
      Wish done, long generation, BoundKey.@Nullable State next, @Nullable Throwable refusal) {
    isInFlight = false;
    boolean isOld = generation != lease.restorations() || lease.isLost();
    if (done == Wish.DELETE) {
      deleted(refusal);
    } else if (!isOld && isBound && wish == Wish.NOTHING) {
      if (next != null) {
        become(next, null);
        completePut(); // not before: who waited for it may look at once
      } else if (refusal instanceof EtcdException known) {
        refused(known);
      }
    }
    go();
    if (!isBound && !isInFlight && wish == Wish.NOTHING) {
      lease.forget(this);
    }
  }

  private void deleted(@Nullable Throwable refusal) {
    if (deleting != null) {
      Waiter waiter = deleting;
      deleting = null;
      if (refusal instanceof EtcdException known) {
        waiter.fail(known);
      } else {
        waiter.complete();
      }
    }
  }

  private void refused(EtcdException known) {
    boolean isLost = known.code() == Code.LEASE_NOT_FOUND;
    if (putting != null && !isLost) {
      isBound = false;
      lease.show();
      failPut(known);
      return;
    }
    become(BoundKey.State.PENDING, known);
    again = lease.after(backoff.next(), this::tryAgain);
    if (isLost) {
      lease.notFound();
    }
  }

  private void timeOut() {
    forsake();
    failPut(
        BindingRpcs.failure(
            Code.DEADLINE_EXCEEDED,
            "not put within "
                + calls.settings().timeout()
                + (lease.isLost() ? ": the lease is lost" : ""),
            failure));
  }

  /** Who waited for the put waits no more. */
  private void giveUp(Waiter waiter) {
    if (putting == waiter) {
      putting = null;
      forsake();
    }
  }

  private void forsake() {
    isBound = false;
    wish = Wish.NOTHING;
    pause();
    lease.show();
    if (!isInFlight) {
      lease.forget(this);
    }
  }

  private void completePut() {
    if (putting != null) {
      stopWaiting(putting).complete();
    }
  }

  private void failPut(EtcdException why) {
    if (putting != null) {
      stopWaiting(putting).fail(why);
    }
  }

  private Waiter stopWaiting(Waiter waiter) {
    putting = null;
    Timer.stop(patience);
    return waiter;
  }

  private void become(BoundKey.State next, @Nullable EtcdException why) {
    state = next;
    failure = why;
    lease.changed(this);
  }

  /** Does nothing more, and says so to those who wait. */
  void end(EtcdException why) {
    failPut(why);
    if (deleting != null) {
      deleting.fail(why);
      deleting = null;
    }
    wish = Wish.NOTHING;
    pause();
  }

  /** Waits for a call about the key. Completed where users may go on with it as they like. */
  static final class Waiter extends CompletableFuture<Void> implements Blocking.Interruptible {
    private final HealedLease lease;
    private volatile Runnable onCancel = () -> {};

    Waiter(HealedLease lease) {
      this.lease = lease;
    }

    /** Called among the lease's tasks, unless it was cancelled before. */
    void onCancel(Runnable task) {
      onCancel = task;
      if (isCancelled()) {
        lease.run(task);
      }
    }

    void complete() {
      lease.tell(() -> complete(null));
    }

    void fail(EtcdException why) {
      lease.tell(() -> completeExceptionally(why));
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        lease.run(onCancel);
      }
      return cancelled;
    }

    @Override
    public EtcdException interrupted(Throwable cause) {
      return Blocking.interrupted(BindingRpcs.OPERATION, WriteOutcome.UNKNOWN, cause);
    }
  }
}
