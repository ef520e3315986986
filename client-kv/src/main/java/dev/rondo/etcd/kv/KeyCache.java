package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A local copy of a range, loaded at one revision and kept up to date by a watch until this is
 * closed. Reads call nobody and take no lock. Safe for use by many threads.
 *
 * <pre>{@code
 * try (KeyCache orders = kv.cache(KeyRange.prefix("orders/"))) {
 *   String state = orders.get("orders/17").orElseThrow().value().utf8();
 *   CacheSnapshot all = orders.snapshot(); // all keys at exactly one revision
 *   int open = all.map().subMap(Bytes.utf8("orders/1"), Bytes.utf8("orders/2")).size();
 *
 *   PutResult put = kv.put("orders/17", "shipped");
 *   CacheSnapshot own = orders.awaitRevision(put.header().revision()); // has it
 * }
 * }</pre>
 *
 * <p>What is read is the range as it stood in the store at {@link #revision}: each revision is
 * taken over as a whole, so that a transaction shows all of its changes or none, and no read ever
 * shows anything older than one before. It may be a little old; {@link #awaitRevision} is for those
 * who need what they know of.
 *
 * <p>The cache survives the loss of its endpoint, and compactions: where it cannot catch up, it
 * reads the range again and takes over the difference at once. Meanwhile it goes on to show what it
 * has; {@link #state} and {@link #disconnectedFor} tell so. It ends by itself only for one of the
 * reasons of {@link CacheEnd}. Reads throw from then on, rather than show for ever what is not true
 * any more; snapshots that were taken before stay.
 */
public interface KeyCache extends AutoCloseable {
  /** The keys that are held. */
  KeyRange range();

  /** The limits of what is held. */
  CacheOptions options();

  /**
   * What is held now: one state of the whole range. Take it anew for each piece of work.
   *
   * @throws CacheEndedException if the cache is over for a reason
   * @throws EtcdException with code {@code CLOSED} if it was closed
   */
  CacheSnapshot snapshot();

  /** Reads one key, in UTF-8; as {@link #get(Bytes)}. */
  default Optional<KeyValue> get(String key) {
    return get(Bytes.utf8(key));
  }

  /**
   * Reads one key; empty if there is none.
   *
   * @throws CacheEndedException if the cache is over for a reason
   * @throws EtcdException with code {@code CLOSED} if it was closed
   */
  Optional<KeyValue> get(Bytes key);

  /**
   * The revision of the store up to which all changes of the range are held. It grows with the
   * changes of the range, with progress that the server tells, and when somebody waits for one.
   *
   * @throws CacheEndedException if the cache is over for a reason
   * @throws EtcdException with code {@code CLOSED} if it was closed
   */
  Revision revision();

  /**
   * Waits until the cache is at least as new as {@code revision}, and returns what it holds then.
   * With the revision of a write, that has the write. Where the range does not change, a server is
   * asked.
   *
   * @throws EtcdException with code {@code DEADLINE_EXCEEDED} if that takes longer than the timeout
   *     of the client's calls, such as for a revision that is still to come
   * @throws CacheEndedException if the cache is over for a reason
   */
  CacheSnapshot awaitRevision(Revision revision);

  /**
   * The form of {@link #awaitRevision} that does not block. The future completes on the executor of
   * the connection; cancelling it is to wait no longer.
   */
  CompletableFuture<CacheSnapshot> whenAtLeast(Revision revision);

  /**
   * Tells {@code listener} of every change from now on, until what is returned is closed or the
   * cache is over.
   *
   * @throws CacheEndedException if the cache is over for a reason
   * @throws EtcdException with code {@code CLOSED} if it was closed
   */
  CacheSubscription onChange(CacheListener listener);

  /** How the cache stands. */
  CacheState state();

  /**
   * For how long the cache has been cut off, or has been reading the range again; empty if it does
   * neither.
   */
  Optional<Duration> disconnectedFor();

  /** Why the cache ended by itself; empty if it did not. */
  Optional<CacheEnd> end();

  /**
   * Ends the cache and lets go of what it holds. Never blocks, and may be called from a listener.
   * Closing twice does no harm.
   */
  @Override
  void close();
}
