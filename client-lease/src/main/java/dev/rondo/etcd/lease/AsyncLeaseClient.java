package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.LeaseId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@link LeaseClient} does, without blocking. Safe for use by many threads.
 *
 * <p>Bad input is refused by an exception at once, every other failure is in the future. Futures
 * complete on the connection's executor. Cancelling one cancels its call on the wire.
 */
public interface AsyncLeaseClient {
  /** See {@link LeaseClient#with}. */
  AsyncLeaseClient with(Consumer<CallSettings.Builder> changes);

  /** See {@link LeaseClient#grant(Duration)}. */
  CompletableFuture<LeaseGrant> grant(Duration ttl);

  /** See {@link LeaseClient#grant(Duration, LeaseId)}. */
  CompletableFuture<LeaseGrant> grant(Duration ttl, LeaseId id);

  /** See {@link LeaseClient#revoke}. */
  CompletableFuture<LeaseRevocation> revoke(LeaseId id);

  /** See {@link LeaseClient#timeToLive}. */
  CompletableFuture<Optional<LeaseTimeToLive>> timeToLive(LeaseId id);

  /** See {@link LeaseClient#timeToLiveWithKeys}. */
  CompletableFuture<Optional<LeaseTimeToLive>> timeToLiveWithKeys(LeaseId id);

  /** See {@link LeaseClient#list}. */
  CompletableFuture<LeaseList> list();

  /** See {@link LeaseClient#keepAliveOnce}. */
  CompletableFuture<LeaseRenewal> keepAliveOnce(LeaseId id);

  /**
   * See {@link LeaseClient#keep(Duration)}. {@link KeptLease#close} blocks: to end the lease
   * without blocking, {@linkplain KeptLease#release release} it and {@link #revoke} it.
   */
  CompletableFuture<KeptLease> keep(Duration ttl);

  /** See {@link LeaseClient#keep(LeaseId)} and {@link #keep(Duration)}. */
  CompletableFuture<KeptLease> keep(LeaseId id);

  /** See {@link LeaseClient#session} and {@link #keep(Duration)}. */
  CompletableFuture<Session> session(Duration ttl);

  /** See {@link LeaseClient#selfHealing} and {@link #keep(Duration)}. */
  CompletableFuture<SelfHealingLease> selfHealing(Duration ttl);

  /** See {@link LeaseClient#namespace(String)}. */
  default AsyncLeaseClient namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /** See {@link LeaseClient#namespace(Bytes)}. */
  AsyncLeaseClient namespace(Bytes prefix);
}
