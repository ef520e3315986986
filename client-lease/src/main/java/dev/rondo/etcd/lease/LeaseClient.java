package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Grants, renews and revokes leases. Safe for use by many threads.
 *
 * <p>A lease has a time to live. Keys that are put with it are deleted when that time is over, or
 * when the lease is revoked. {@link #keep(Duration)} renews it for as long as this process lives:
 *
 * <pre>{@code
 * LeaseClient leases = LeaseClient.over(connection);
 * try (KeptLease lease = leases.keep(Duration.ofSeconds(10))) {
 *   kv.put("workers/7", "10.0.0.7:8080", put -> put.lease(lease.id()));
 *   lease.onLost(loss -> stopWorking());
 *   work();
 * }
 * }</pre>
 *
 * <p>Every time to live that is asked for is one second to 9,000,000,000 seconds; fractions of a
 * second are rounded up to whole ones, which is what etcd counts in. An id must name a lease:
 * {@link LeaseId#NONE} is refused. Either mistake is an {@link IllegalArgumentException}; what the
 * cluster refuses is an {@link EtcdException}.
 */
public interface LeaseClient {
  /** Returns a client that sends its requests over {@code connection}, which stays the caller's. */
  static LeaseClient over(Connection connection) {
    return new GrpcLeaseClient(Calls.over(connection), Namespace.ROOT, System::nanoTime);
  }

  /** Returns a client over the same connection, with other settings for its calls. */
  LeaseClient with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncLeaseClient async();

  /**
   * Grants a lease. Its id is drawn by this client, so that the request may be repeated on another
   * endpoint until it is answered, and leaves no lease behind that nobody knows.
   *
   * @param ttl how long it lives without renewal; the server may choose more
   */
  LeaseGrant grant(Duration ttl);

  /**
   * Grants a lease with an id of the caller's choice.
   *
   * @throws EtcdException with code {@code LEASE_EXIST} if there is one with this id. If its {@link
   *     EtcdException#outcome()} is {@code UNKNOWN}, it may have been made by an earlier attempt of
   *     this very call, whose answer was lost
   */
  LeaseGrant grant(Duration ttl, LeaseId id);

  /**
   * Ends a lease and deletes its keys.
   *
   * @throws EtcdException with code {@code LEASE_NOT_FOUND} if there was no such lease
   */
  LeaseRevocation revoke(LeaseId id);

  /** Tells how long a lease lives on, without its keys; empty if there is no such lease. */
  Optional<LeaseTimeToLive> timeToLive(LeaseId id);

  /** Tells how long a lease lives on, and its keys; empty if there is no such lease. */
  Optional<LeaseTimeToLive> timeToLiveWithKeys(LeaseId id);

  /** Lists the leases as the member that answers knows them, which may lag a little behind. */
  LeaseList list();

  /**
   * Renews a lease once: its time to live starts again.
   *
   * <p>It goes over the stream that renews the kept leases of this connection, and moves on to
   * another endpoint as they do; if no lease is kept, that stream is closed again.
   *
   * @throws EtcdException with code {@code LEASE_NOT_FOUND} if there is no such lease
   */
  LeaseRenewal keepAliveOnce(LeaseId id);

  /**
   * Grants a lease and renews it until the returned handle is closed or the lease is lost. An
   * interrupt, or a failure whose {@link EtcdException#outcome()} is {@code UNKNOWN}, may leave a
   * lease behind, which nobody renews.
   *
   * <p>A renewal is sent after half of the time to live, or up to a tenth of that later, so that
   * many leases do not come at once, and a lease costs no more than two renewals in its time to
   * live. All leases of a connection share one stream. A stream that breaks, or does not answer for
   * half of the time that is left, is replaced by one to another endpoint, so that several have
   * their turn before the time is over. {@link KeptLease#onLost} hears of it only if the lease is
   * gone.
   *
   * @param ttl how long it lives without renewal; the server may choose more
   */
  KeptLease keep(Duration ttl);

  /**
   * Renews a lease that exists, now and until the returned handle is closed or the lease is lost.
   *
   * @throws EtcdException with code {@code LEASE_NOT_FOUND} if there is no such lease
   */
  KeptLease keep(LeaseId id);

  /**
   * Grants a lease and keeps it as {@link #keep(Duration)} does, for several parts of an
   * application that share it.
   *
   * @param ttl how long it lives without renewal; the server may choose more
   */
  Session session(Duration ttl);

  /**
   * Grants a lease and keeps it as {@link #keep(Duration)} does, and grants it anew whenever it is
   * lost, under the same id and with the keys that were bound to it, until the returned handle is
   * closed. That is tried for as long as it takes, after 20 ms at first and up to a second later.
   *
   * @param ttl how long it lives without renewal; the server may choose more
   */
  SelfHealingLease selfHealing(Duration ttl);

  /** Returns a client of the keys that begin with {@code prefix}, in UTF-8; see the other form. */
  default LeaseClient namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /**
   * Returns a client that calls keys by what follows {@code prefix}: those that {@link
   * #timeToLiveWithKeys} tells, which are those that begin with the prefix and no others, and those
   * that are bound to a {@link SelfHealingLease}. A namespace of a namespace has both prefixes.
   *
   * <p>Leases themselves belong to no namespace: {@link #list} tells all of them, and a lease that
   * is revoked takes all of its keys with it.
   *
   * @param prefix at least one byte; the same as for the client of keys
   */
  LeaseClient namespace(Bytes prefix);
}
