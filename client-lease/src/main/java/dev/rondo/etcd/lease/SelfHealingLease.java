package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A lease that comes back when it is lost: it is granted anew under the same id, and the keys that
 * are bound to it are put again. Safe for use by many threads.
 *
 * <p>Made for registrations, which shall be there again as soon as the cluster is, whatever went
 * wrong in between:
 *
 * <pre>{@code
 * try (SelfHealingLease lease = leases.selfHealing(Duration.ofSeconds(10))) {
 *   lease.bind("workers/7", "10.0.0.7:8080");
 *   serve();
 * }
 * }</pre>
 *
 * <p>While it is {@link LeaseState#LOST} its keys are gone for everybody. Work that only one may do
 * at a time, such as what a lock guards, must not go on then, and a lock is not what should come
 * back by itself: for that use a {@link Session}.
 *
 * <p>Listeners are called one at a time and in order, on the connection's executor, and may block.
 * What they throw is logged and goes no further. Futures complete there too.
 */
public interface SelfHealingLease extends AutoCloseable {
  /** Names the lease, as long as this lives. */
  LeaseId id();

  /** How long the lease lives without renewal, as the server said last. */
  Duration ttl();

  /**
   * How the lease stands. {@link LeaseState#LOST} means here that it is being granted anew; the
   * reason is what came in the way when that was last tried.
   */
  LeaseStatus status();

  /** How often the lease was granted anew. */
  long restorations();

  /**
   * Calls {@code listener} with every state that the lease takes on from now on; {@link
   * LeaseState#ACTIVE} after {@link LeaseState#LOST} means that it was granted anew, and that its
   * keys are being put.
   */
  void onChange(Consumer<LeaseStatus> listener);

  /** Calls {@code listener} with every state that a bound key takes on from now on. */
  void onKeyChange(Consumer<BoundKey> listener);

  /** The keys that are bound, in the order in which they were first bound. */
  List<BoundKey> keys();

  /** Does what {@link #bind(Bytes, Bytes)} does, both in UTF-8. */
  default void bind(String key, String value) {
    bind(Bytes.utf8(key), Bytes.utf8(value));
  }

  /**
   * Puts {@code key} with this lease, whatever it was before, and from then on again whenever the
   * lease was granted anew; a new value replaces the one bound before. What was written by others
   * meanwhile is not overwritten then: see {@link BoundKey.State#TAKEN}.
   *
   * <p>Waits as long as a call of the client may take, for a lease that is lost as well.
   *
   * @throws EtcdException if the key could not be put; it is not bound then, though it may be there
   *     if the {@linkplain EtcdException#outcome() outcome} is unknown
   * @throws IllegalArgumentException if the key is empty
   */
  void bind(Bytes key, Bytes value);

  /**
   * Does what {@link #bind(Bytes, Bytes)} does, without blocking. Cancelling it unbinds the key.
   */
  CompletableFuture<Void> bindAsync(Bytes key, Bytes value);

  /**
   * Puts {@code key} no more, and deletes it if it is still under this lease. Does nothing if it is
   * not bound.
   *
   * @throws EtcdException if it could not be deleted; it is not bound any more all the same, and
   *     goes with the lease
   */
  void unbind(Bytes key);

  /** Does what {@link #unbind} does, without blocking. */
  CompletableFuture<Void> unbindAsync(Bytes key);

  /** Renews the lease no more, and lets it live, keys and all, until its time is over. */
  void release();

  /**
   * Renews the lease no more and revokes it, which deletes its keys; see {@link KeptLease#close}.
   */
  @Override
  void close();
}
