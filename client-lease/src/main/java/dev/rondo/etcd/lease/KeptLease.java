package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A lease that is renewed until this is closed or the lease is lost. Safe for use by many threads.
 *
 * <p>Time is this client's monotonic clock, and counts from when a renewal was sent. So what is
 * {@linkplain LeaseState#EXPIRED_UNCONFIRMED expired} on the server is so here too, or was before:
 * work that must not go on without the lease may rely on {@link #remaining} being positive, as long
 * as clocks run at the same speed and the machine is not suspended.
 *
 * <p>Listeners are called one at a time and in order, on the connection's executor, and may block.
 * What they throw is logged and goes no further.
 *
 * <pre>{@code
 * KeptLease lease = leases.keep(Duration.ofSeconds(10));
 * lease.onChange(status -> log.info("{} {}, {} left", lease.id(), status.state(), status.remaining()));
 * lease.onLost(loss -> registerAgain());
 * }</pre>
 */
public interface KeptLease extends AutoCloseable {
  /** Names the lease. */
  LeaseId id();

  /** How long the lease lives without renewal, as the server said last. */
  Duration ttl();

  /** How long the lease lives at least if it is not renewed or revoked; zero once that is over. */
  Duration remaining();

  /** How the lease stands. */
  LeaseState state();

  /** How the lease stands, how long it lives, and what is wrong if it is not renewed. */
  LeaseStatus status();

  /**
   * Calls {@code listener} with every state that the lease takes on from now on. Register first and
   * read {@link #status} then, to miss none.
   */
  void onChange(Consumer<LeaseStatus> listener);

  /**
   * Calls {@code listener} once the lease is {@link LeaseState#LOST}, soon if it already is, and
   * never if this is closed before. A lease that {@linkplain LeaseState#EXPIRED_UNCONFIRMED may be
   * gone} is not lost yet: see {@link #onChange} for work that must stop then.
   */
  void onLost(Consumer<LeaseLoss> listener);

  /**
   * Returns a future that completes when the lease is lost. If this is closed before, it fails with
   * a {@link java.util.concurrent.CancellationException}. Completing or cancelling it has no effect
   * on the lease.
   */
  CompletableFuture<LeaseLoss> whenLost();

  /** Renews the lease no more, and lets it live until its time is over. Never blocks. */
  void release();

  /**
   * Renews the lease no more and revokes it, which deletes its keys. Waits for that as long as a
   * call of the client may take, and no longer than the lease lives. If it cannot be revoked by
   * then, or the thread is interrupted, the lease runs out by itself, and nothing is thrown.
   * Closing twice does no harm.
   */
  @Override
  void close();
}
