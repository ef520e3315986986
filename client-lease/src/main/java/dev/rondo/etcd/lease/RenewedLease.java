package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /**
   * What is known of the lease.
   *
   * @param reason why it was not renewed when that was last tried
   */
  private record Standing(
      LeaseState state, Duration ttl, long expiry, @Nullable EtcdException reason) {
    Standing as(LeaseState next) {
      return new Standing(next, ttl, expiry, reason);
    }

    Standing because(EtcdException failure) {
      return new Standing(state, ttl, expiry, failure);
    }
  }

  private final LeaseRenewer renewer;
  private final LeaseId id;
  private final Supplier<CompletableFuture<LeaseRevocation>> revocation;
  private final AtomicBoolean isLeft = new AtomicBoolean(); // by its user
  private final CompletableFuture<LeaseLoss> loss = new CompletableFuture<>();
  private volatile Standing standing; // written by the renewer's tasks

  // Touched by the renewer's tasks only.
  private final List<Consumer<LeaseStatus>> listeners = new ArrayList<>();
  private final News news;
  private @Nullable Timer watch; // looks again when the state may have changed

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
    this.news = new News(renewer::tell);
    this.standing = new Standing(LeaseState.ACTIVE, ttl, start + ttl.toNanos(), null);
  }

  void start() {
    renewer.run(
        () -> {
          if (!isLeft.get()) {
            renewer.add(id, this);
            watch();
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
    return remaining(standing);
  }

  private Duration remaining(Standing now) {
    return now.state() == LeaseState.LOST
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, now.expiry() - renewer.now()));
  }

  @Override
  public LeaseState state() {
    return state(standing);
  }

  private LeaseState state(Standing now) {
    boolean isOver = isLeft.get() || renewer.isClosed();
    return isOver && now.state() != LeaseState.LOST ? LeaseState.CLOSED : now.state();
  }

  @Override
  public LeaseStatus status() {
    Standing now = standing;
    return new LeaseStatus(state(now), remaining(now), Optional.ofNullable(now.reason()));
  }

  @Override
  public void onChange(Consumer<LeaseStatus> listener) {
    renewer.run(() -> listeners.add(listener));
  }

  @Override
  public void onLost(Consumer<LeaseLoss> listener) {
    var unused = loss.thenAcceptAsync(found -> News.tell(listener, found), renewer::tell);
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
    boolean isNews = standing.state() != LeaseState.ACTIVE;
    standing =
        new Standing(LeaseState.ACTIVE, renewal.ttl(), sentAt + renewal.ttl().toNanos(), null);
    if (isNews) {
      log.debug("lease {} lives", id);
      tellStatus();
      stopWatching();
      watch();
    }
    return OptionalLong.of(renewer.nextDue(sentAt, renewal.ttl()));
  }

  @Override
  public void gone(String endpoint) {
    LeaseLoss.Reason reason =
        remaining().isZero() ? LeaseLoss.Reason.EXPIRED : LeaseLoss.Reason.REVOKED;
    log.debug("lease {} is gone, says {}: {}", id, endpoint, reason);
    become(LeaseState.LOST);
    stopWatching();
    news.tell(() -> loss.complete(new LeaseLoss(id, reason)));
  }

  @Override
  public void unconfirmed(EtcdException reason) {
    standing = standing.because(reason);
  }

  @Override
  public void closed() {
    if (standing.state() != LeaseState.LOST) {
      become(LeaseState.CLOSED);
      stopWatching();
      news.tell(() -> loss.cancel(false));
    }
  }

  /** Looks how much time is left, and again when it may have become too little. */
  private void watch() {
    Standing now = standing;
    long left = now.expiry() - renewer.now();
    long tooLittle = now.ttl().toNanos() / 3;
    if (left > tooLittle) {
      watch = renewer.after(left - tooLittle, this::watch); // by then mostly renewed
    } else if (left > 0) {
      become(LeaseState.AT_RISK);
      watch = renewer.after(left, this::watch);
    } else {
      become(LeaseState.EXPIRED_UNCONFIRMED); // and a renewal makes it look again
    }
  }

  private void stopWatching() {
    Timer.stop(watch);
  }

  private void become(LeaseState state) {
    standing = standing.as(state);
    log.debug("lease {} is {}", id, state);
    tellStatus();
  }

  private void tellStatus() {
    news.tell(listeners, status());
  }
}
