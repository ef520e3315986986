package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads and writes keys. Safe for use by many threads.
 *
 * <pre>{@code
 * KvClient kv = KvClient.over(connection);
 * kv.put("orders/17", "paid");
 * String state = kv.get("orders/17").orElseThrow().value().utf8();
 * RangeResult page = kv.get(KeyRange.prefix("orders/"), get -> get.limit(100).keysOnly());
 * TxnResult done =
 *     kv.txn()
 *         .when(Compare.version("orders/17").isEqualTo(1))
 *         .then(Op.put("orders/17", "shipped"))
 *         .orElse(Op.get("orders/17"))
 *         .commit();
 * }</pre>
 *
 * <p>All methods that call the cluster throw an {@link EtcdException} if the call fails. A read is
 * repeated on other endpoints until it is answered or its time is over. A write is repeated only if
 * it surely was not applied; where nobody can say, it ends with an {@link OutcomeUnknownException},
 * unless {@link CallSettings#isIdempotent} allows to repeat it. Interrupting the thread cancels the
 * call.
 *
 * <p>A key has at least one byte; an empty one is refused with an {@link IllegalArgumentException}.
 */
public interface KvClient {
  /** Returns a client that calls over {@code connection}, which stays the caller's to close. */
  static KvClient over(Connection connection) {
    return new GrpcKvClient(Calls.over(connection), Namespace.ROOT);
  }

  /** Returns a client whose calls are made with the changes that {@code changes} makes. */
  KvClient with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncKvClient async();

  /** Reads one key, in UTF-8; empty if there is none. */
  default Optional<KeyValue> get(String key) {
    return get(Bytes.utf8(key));
  }

  /**
   * Reads one key; empty if there is none. The answer is linearizable: it holds everything that was
   * written before the call.
   */
  Optional<KeyValue> get(Bytes key);

  /** Reads all keys of a range; for a large one see {@link #scan(KeyRange)}. */
  default RangeResult get(KeyRange range) {
    return get(range, GetOptions.DEFAULT);
  }

  /** Reads a range in the way that {@code options} says. */
  default RangeResult get(KeyRange range, Consumer<GetOptions.Builder> options) {
    return get(range, GetOptions.of(options));
  }

  /** Reads a range in the way that {@code options} says. */
  RangeResult get(KeyRange range, GetOptions options);

  /** Writes a key, both in UTF-8. */
  default PutResult put(String key, String value) {
    return put(Bytes.utf8(key), Bytes.utf8(value), PutOptions.DEFAULT);
  }

  /** Writes a key. */
  default PutResult put(Bytes key, Bytes value) {
    return put(key, value, PutOptions.DEFAULT);
  }

  /** Writes a key, both in UTF-8, in the way that {@code options} says. */
  default PutResult put(String key, String value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /** Writes a key, both in UTF-8, in the way that {@code options} says. */
  default PutResult put(String key, String value, PutOptions options) {
    return put(Bytes.utf8(key), Bytes.utf8(value), options);
  }

  /** Writes a key in the way that {@code options} says. */
  default PutResult put(Bytes key, Bytes value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /**
   * Writes a key in the way that {@code options} says.
   *
   * @throws IllegalArgumentException if the key is empty, or if there is a value although that of
   *     the key shall stay
   */
  PutResult put(Bytes key, Bytes value, PutOptions options);

  /** Deletes one key, in UTF-8. That there is none is no failure. */
  default DeleteResult delete(String key) {
    return delete(Bytes.utf8(key));
  }

  /** Deletes one key. That there is none is no failure. */
  default DeleteResult delete(Bytes key) {
    return delete(KeyRange.key(key));
  }

  /** Deletes all keys of a range. */
  default DeleteResult delete(KeyRange range) {
    return delete(range, DeleteOptions.DEFAULT);
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  default DeleteResult delete(KeyRange range, Consumer<DeleteOptions.Builder> options) {
    return delete(range, DeleteOptions.of(options));
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  DeleteResult delete(KeyRange range, DeleteOptions options);

  /** Begins a transaction, which is sent by {@link TxnBuilder#commit}. */
  default TxnBuilder<TxnResult> txn() {
    return new TxnBuilder<>(this::txn);
  }

  /**
   * Sends a transaction.
   *
   * @throws IllegalArgumentException if there is neither a comparison nor an operation in it
   */
  TxnResult txn(Txn txn);

  /** Writes a key, both in UTF-8, if it does not exist. */
  default ConditionalPutResult putIfAbsent(String key, String value) {
    return putIfAbsent(Bytes.utf8(key), Bytes.utf8(value), LeaseId.NONE);
  }

  /** Writes a key if it does not exist. */
  default ConditionalPutResult putIfAbsent(Bytes key, Bytes value) {
    return putIfAbsent(key, value, LeaseId.NONE);
  }

  /** Writes a key, both in UTF-8, if it does not exist, and attaches it to {@code lease}. */
  default ConditionalPutResult putIfAbsent(String key, String value, LeaseId lease) {
    return putIfAbsent(Bytes.utf8(key), Bytes.utf8(value), lease);
  }

  /**
   * Writes a key if it does not exist, and attaches it to {@code lease}; one transaction.
   *
   * @param lease {@link LeaseId#NONE} for none
   */
  ConditionalPutResult putIfAbsent(Bytes key, Bytes value, LeaseId lease);

  /** Writes a key if it has the value {@code expected}, all in UTF-8; its lease stays. */
  default ConditionalPutResult compareAndSet(String key, String expected, String value) {
    return compareAndSet(Bytes.utf8(key), Bytes.utf8(expected), Bytes.utf8(value));
  }

  /**
   * Writes a key if it has the value {@code expected}; one transaction. Its lease stays. Whether
   * the key was changed and changed back meanwhile does not show; compare its revision for that.
   */
  ConditionalPutResult compareAndSet(Bytes key, Bytes expected, Bytes value);

  /**
   * Writes a key, both in UTF-8, if it was changed last at {@code expected}.
   *
   * @param expected {@link Revision#NONE} if it must not exist
   */
  default ConditionalPutResult compareAndSet(String key, Revision expected, String value) {
    return compareAndSet(Bytes.utf8(key), expected, Bytes.utf8(value));
  }

  /**
   * Writes a key if it was changed last at {@code expected}; one transaction. Its lease stays.
   *
   * @param expected {@link Revision#NONE} if it must not exist
   */
  ConditionalPutResult compareAndSet(Bytes key, Revision expected, Bytes value);

  /** Forgets the history before {@code revision}; see the form with options. */
  default CompactResult compact(Revision revision) {
    return compact(revision, CompactOptions.DEFAULT);
  }

  /** Forgets the history before {@code revision} in the way that {@code options} says. */
  default CompactResult compact(Revision revision, Consumer<CompactOptions.Builder> options) {
    return compact(revision, CompactOptions.of(options));
  }

  /**
   * Forgets the history before {@code revision}: older revisions can no longer be read or watched;
   * what stands now stays. The call fails with {@code COMPACTED} if that was done before.
   *
   * @throws IllegalArgumentException if the revision is {@link Revision#NONE}
   */
  CompactResult compact(Revision revision, CompactOptions options);

  /** Reads a large range page by page; see the form with options. */
  default Scan scan(KeyRange range) {
    return scan(range, ScanOptions.DEFAULT);
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  default Scan scan(KeyRange range, Consumer<ScanOptions.Builder> options) {
    return scan(range, ScanOptions.of(options));
  }

  /**
   * Reads a large range page by page, all of it at one revision: that of {@code options}, or else
   * the one of the first page, which is read now. Each page is a call with a timeout of its own.
   */
  Scan scan(KeyRange range, ScanOptions options);

  /** Watches a range; see the form with ready-made options. */
  default Watch watch(
      KeyRange range, Consumer<WatchOptions.Builder> options, WatchListener listener) {
    return watch(range, WatchOptions.of(options), listener);
  }

  /**
   * Tells {@code listener} every change of a range, from the revision in {@code options} on or, by
   * default, from now: what is written after this returns. The watch goes on whatever happens to
   * its endpoint, and tells each change once; see {@link Watch}.
   *
   * <p>Waits until a server has created the watch. The listener may hear of changes before this
   * returns.
   *
   * @throws EtcdException with code {@code DEADLINE_EXCEEDED} if that takes longer than {@link
   *     WatchOptions#createdTimeout}, or with another code if it is refused
   */
  Watch watch(KeyRange range, WatchOptions options, WatchListener listener);

  /** Watches a range from now on, for a thread that waits for changes. */
  default WatchIterator watch(KeyRange range) {
    return watch(range, WatchOptions.DEFAULT);
  }

  /** Watches a range, for a thread that waits for changes. */
  default WatchIterator watch(KeyRange range, Consumer<WatchOptions.Builder> options) {
    return watch(range, WatchOptions.of(options));
  }

  /**
   * Watches a range, for a thread that waits for changes. All else is as for the form with a
   * listener. The iterator is the caller's to close.
   *
   * @throws EtcdException as the form with a listener does
   */
  WatchIterator watch(KeyRange range, WatchOptions options);

  /** Returns a client of the keys that begin with {@code prefix}, in UTF-8; see the other form. */
  default KvClient namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /**
   * Returns a client of the keys that begin with {@code prefix}, which calls them by what follows
   * it. Keys and ranges get the prefix on their way to the cluster, those of transactions and
   * watches included, and lose it on their way back. No range leads out: {@link KeyRange#all} and
   * {@link KeyRange#from} end where the prefix does. A namespace of a namespace has both prefixes.
   *
   * <p>The key that is the prefix and nothing more is not part of it, because its name would be
   * empty. {@link #compact} is of the whole cluster, here, too.
   *
   * @param prefix at least one byte; it is not set off from the names by anything, so let it end
   *     with a separator
   */
  KvClient namespace(Bytes prefix);

  /** Returns a view of this client with keys and values of other types than bytes. */
  default <K, V> TypedKvClient<K, V> as(Codec<K> keys, Codec<V> values) {
    return new CodecKvClient<>(this, new Codecs<>(keys, values));
  }

  /** Keeps a local copy of a range; see the form with options. */
  default KeyCache cache(KeyRange range) {
    return cache(range, CacheOptions.DEFAULT);
  }

  /** Keeps a local copy of a range, of the size that {@code options} says at most. */
  default KeyCache cache(KeyRange range, Consumer<CacheOptions.Builder> options) {
    return cache(range, CacheOptions.of(options));
  }

  /**
   * Keeps a local copy of a range that is read without calls; see {@link KeyCache}, which is the
   * caller's to close. Waits until all of the range was read and is watched.
   *
   * @throws EtcdException with code {@code DEADLINE_EXCEEDED} if that takes longer than the timeout
   *     of this client, all pages together, or with another code if it is refused
   * @throws CacheEndedException if the range is larger than the cache may be
   */
  KeyCache cache(KeyRange range, CacheOptions options);
}
