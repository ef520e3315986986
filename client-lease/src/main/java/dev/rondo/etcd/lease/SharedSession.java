package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One handle on a lease; all handles on it have the count of those that are open in common. */
final class SharedSession implements Session {
  private final RenewedLease lease;
  private final AtomicInteger open;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private SharedSession(RenewedLease lease, AtomicInteger open) {
    this.lease = lease;
    this.open = open;
  }

  /** Returns the first handle on {@code lease}. */
  static Session of(RenewedLease lease) {
    return new SharedSession(lease, new AtomicInteger(1));
  }

  /** Keeps the lease from now on. */
  void start() {
    lease.start();
  }

  @Override
  public LeaseId leaseId() {
    return lease.id();
  }

  @Override
  public LeaseStatus status() {
    LeaseStatus status = lease.status();
    return isClosed.get() && status.state() != LeaseState.LOST
        ? new LeaseStatus(LeaseState.CLOSED, status.remaining(), status.reason())
        : status;
  }

  @Override
  public boolean isAlive() {
    LeaseStatus status = status();
    boolean isKept = status.state() == LeaseState.ACTIVE || status.state() == LeaseState.AT_RISK;
    return isKept && status.remaining().compareTo(Duration.ZERO) > 0;
  }

  @Override
  public void onChange(Consumer<LeaseStatus> listener) {
    lease.onChange(listener);
  }

  @Override
  public void onLost(Consumer<LeaseLoss> listener) {
    lease.onLost(listener);
  }

  @Override
  public CompletableFuture<LeaseLoss> whenLost() {
    return lease.whenLost();
  }

  @Override
  public Session share() {
    LeaseState state = status().state();
    boolean isOver = state == LeaseState.CLOSED || state == LeaseState.LOST;
    if (isOver || open.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
      throw new IllegalStateException("session " + lease.id() + " is over: its lease is " + state);
    }
    return new SharedSession(lease, open);
  }

  @Override
  public void orphan() {
    lease.release();
  }

  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true) && open.decrementAndGet() == 0) {
      lease.close();
    }
  }
}
