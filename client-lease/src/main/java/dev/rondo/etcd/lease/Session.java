package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One lease that several parts of an application share, such as its locks and its registrations, so
 * that they live and end together. Safe for use by many threads.
 *
 * <p>Each part has a handle of its own, by {@link #share}; the lease is revoked when the last one
 * is closed. When the lease is lost the session is over for all of them, and stays so:
 *
 * <pre>{@code
 * try (Session session = leases.session(Duration.ofSeconds(10))) {
 *   session.onLost(loss -> stopWorking());
 *   kv.txn()
 *       .when(version("locks/report").isEqualTo(0))
 *       .then(put("locks/report", "me", put -> put.lease(session.leaseId())))
 *       .commit();
 *   startReports(session.share());
 * }
 * }</pre>
 *
 * <p>Who holds a lock may work only as long as {@link #isAlive}; a write that must not come from a
 * former holder is guarded by {@code when(lease(key).isEqualTo(session.leaseId()))}, in the same
 * transaction.
 */
public interface Session extends AutoCloseable {
  /** Names the lease. */
  LeaseId leaseId();

  /**
   * How the lease stands. For this handle it is {@link LeaseState#CLOSED} once the handle is
   * closed, though the lease may live on for others.
   */
  LeaseStatus status();

  /** Whether the lease surely lives, by this client's clock, and this handle is open. */
  boolean isAlive();

  /**
   * Calls {@code listener} with every state that the lease takes on from now on; see {@link
   * KeptLease#onChange}.
   */
  void onChange(Consumer<LeaseStatus> listener);

  /** Calls {@code listener} once the lease is lost; see {@link KeptLease#onLost}. */
  void onLost(Consumer<LeaseLoss> listener);

  /** Returns a future that completes when the lease is lost; see {@link KeptLease#whenLost}. */
  CompletableFuture<LeaseLoss> whenLost();

  /**
   * Returns another handle on this session.
   *
   * @throws IllegalStateException if this handle is closed, or the lease is lost
   */
  Session share();

  /**
   * Ends the session for all who share it, without revoking its lease: its keys stay until the time
   * to live is over. Never blocks.
   */
  void orphan();

  /**
   * Closes this handle. The last one to be closed revokes the lease, which deletes its keys; see
   * {@link KeptLease#close}. Closing twice does no harm.
   */
  @Override
  void close();
}
