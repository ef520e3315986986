package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that the {@link LeaseRenewer} renews. What happens to it happens in the renewer's tasks.
 */
final class RenewedLease implements KeptLease, RenewalListener {
  private static final Logger log = LoggerFactory.getLogger(RenewedLease.class);

  /** What is known of the lease. */
  private record Standing(LeaseState state, Duration ttl, long expiry) {
    Standing as(LeaseState next) {
      return new Standing(next, ttl, expiry);
    }
  }

  private final LeaseRenewer renewer;
  private final LeaseId id;
  private final Supplier<CompletableFuture<LeaseRevocation>> revocation;
  private final AtomicBoolean isLeft = new AtomicBoolean(); // by its user
  private final CompletableFuture<LeaseLoss> loss = new CompletableFuture<>();
  private volatile Standing standing; // written by the renewer's tasks

  // Touched by the renewer's tasks only.
  private final List<Consumer<LeaseState>> listeners = new ArrayList<>();
  private CompletableFuture<Void> told = CompletableFuture.completedFuture(null); // the last news
  private @Nullable Timer expiry;

  /**
   * Makes a handle that waits for {@link #start}.
   *
   * @param start when the lease was granted or renewed, or a little earlier
   * @param revocation revokes the lease
   */
  RenewedLease(
      LeaseRenewer renewer,
      LeaseId id,
      Duration ttl,
      long start,
      Supplier<CompletableFuture<LeaseRevocation>> revocation) {
    this.renewer = renewer;
    this.id = id;
    this.revocation = revocation;
    this.standing = new Standing(LeaseState.ACTIVE, ttl, start + ttl.toNanos());
  }

  void start() {
    renewer.run(
        () -> {
          if (!isLeft.get()) {
            renewer.add(id, this);
            watchExpiry();
          }
        });
  }

  @Override
  public LeaseId id() {
    return id;
  }

  @Override
  public Duration ttl() {
    return standing.ttl();
  }

  @Override
  public Duration remaining() {
    Standing now = standing;
    return now.state() == LeaseState.LOST
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, now.expiry() - renewer.now()));
  }

  @Override
  public LeaseState state() {
    LeaseState known = standing.state();
    boolean isOver = isLeft.get() || renewer.isClosed();
    return isOver && known != LeaseState.LOST ? LeaseState.CLOSED : known;
  }

  @Override
  public void onChange(Consumer<LeaseState> listener) {
    renewer.run(() -> listeners.add(listener));
  }

  @Override
  public void onLost(Consumer<LeaseLoss> listener) {
    var unused = loss.thenAcceptAsync(found -> tell(listener, found), renewer::tell);
  }

  @Override
  public CompletableFuture<LeaseLoss> whenLost() {
    return loss.copy();
  }

  @Override
  public void release() {
    leave();
  }

  @Override
  public void close() {
    if (!leave() || standing.state() == LeaseState.LOST) {
      return;
    }
    try {
      Blocking.await(revocation.get());
    } catch (EtcdException e) {
      log.debug("lease {} was not revoked and runs out by itself", id, e);
    }
  }

  private boolean leave() {
    boolean isFirst = isLeft.compareAndSet(false, true);
    if (isFirst) {
      renewer.run(() -> renewer.remove(id, this));
    }
    return isFirst;
  }

  @Override
  public long firstDue() {
    Standing now = standing;
    return renewer.nextDue(now.expiry() - now.ttl().toNanos(), now.ttl());
  }

  /**
   * A third of the time to live, and less when a stream or two were stuck already: half of what is
   * left, so that several members have their turn before the time is over.
   */
  @Override
  public Duration patience() {
    Duration third = standing.ttl().dividedBy(3);
    Duration half = remaining().dividedBy(2);
    Duration least = third.dividedBy(4);
    if (half.isZero() || half.compareTo(third) > 0) {
      return third;
    }
    return half.compareTo(least) < 0 ? least : half;
  }

  @Override
  public void sent() {}

  @Override
  public OptionalLong renewed(LeaseRenewal renewal, long sentAt) {
    boolean wasExpired = standing.state() == LeaseState.EXPIRED;
    standing = new Standing(LeaseState.ACTIVE, renewal.ttl(), sentAt + renewal.ttl().toNanos());
    if (wasExpired) {
      log.debug("lease {} lives", id);
      tellState(LeaseState.ACTIVE);
      watchExpiry();
    }
    return OptionalLong.of(renewer.nextDue(sentAt, renewal.ttl()));
  }

  @Override
  public void gone(String endpoint) {
    LeaseLoss.Reason reason =
        remaining().isZero() ? LeaseLoss.Reason.EXPIRED : LeaseLoss.Reason.REVOKED;
    log.debug("lease {} is gone, says {}: {}", id, endpoint, reason);
    standing = standing.as(LeaseState.LOST);
    stopWatching();
    tellState(LeaseState.LOST);
    enqueue(() -> loss.complete(new LeaseLoss(id, reason)));
  }

  @Override
  public void moved(EtcdException reason) {}

  @Override
  public void closed() {
    if (standing.state() != LeaseState.LOST) {
      standing = standing.as(LeaseState.CLOSED);
      stopWatching();
      tellState(LeaseState.CLOSED);
      enqueue(() -> loss.cancel(false));
    }
  }

  /** Looks again when the time is over that there is now, by then mostly prolonged. */
  private void watchExpiry() {
    long left = standing.expiry() - renewer.now();
    if (left > 0) {
      expiry = renewer.after(left, this::checkExpiry);
    } else {
      expire();
    }
  }

  private void checkExpiry() {
    if (standing.state() == LeaseState.ACTIVE) {
      watchExpiry();
    }
  }

  private void expire() {
    log.debug("lease {} was not renewed in time, as far as known here", id);
    standing = standing.as(LeaseState.EXPIRED);
    tellState(LeaseState.EXPIRED);
  }

  private void stopWatching() {
    if (expiry != null) {
      expiry.cancel();
    }
  }

  private void tellState(LeaseState state) {
    List<Consumer<LeaseState>> hearers = List.copyOf(listeners);
    enqueue(() -> hearers.forEach(hearer -> tell(hearer, state)));
  }

  /** News are told one after the other, on an executor that may have many threads. */
  private void enqueue(Runnable news) {
    told = told.thenRunAsync(news, renewer::tell);
  }

  private <T> void tell(Consumer<T> listener, T news) {
    try {
      listener.accept(news);
    } catch (RuntimeException e) {
      log.warn("a listener of lease {} failed", id, e);
    }
  }
}
