package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A view of a {@link KvClient} whose keys and values are not bytes but what codecs make of them.
 * Safe for use by many threads.
 *
 * <pre>{@code
 * TypedKvClient<String, Long> stock = kv.namespace("stock/").as(Codec.utf8(), Codec.int64());
 * stock.put("apples", 12L);
 * long apples = stock.get("apples").orElseThrow().value();
 * }</pre>
 *
 * <p>It does what the client under it does, with the same settings, in the same namespace. Ranges
 * are of encoded keys, in their order byte by byte, which need not be the order of what they stand
 * for. What a codec throws when it encodes comes out as it is, before anything was sent.
 *
 * <p>What the cluster holds and a codec cannot read ends a call with a {@link DecodingException}. A
 * view reads keys with their values, so options that say {@code keysOnly} are refused with an
 * {@link IllegalArgumentException}.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public interface TypedKvClient<K, V> {
  /** Returns a view whose calls are made with the changes that {@code changes} makes. */
  TypedKvClient<K, V> with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncTypedKvClient<K, V> async();

  /** The range of this one key, for what is asked of ranges alone. */
  KeyRange range(K key);

  /** Reads one key; empty if there is none. See {@link KvClient#get(dev.rondo.etcd.api.Bytes)}. */
  Optional<TypedKeyValue<K, V>> get(K key);

  /** Reads all keys of a range; for a large one see {@link #scan(KeyRange)}. */
  default TypedRangeResult<K, V> get(KeyRange range) {
    return get(range, GetOptions.DEFAULT);
  }

  /** Reads a range in the way that {@code options} says. */
  default TypedRangeResult<K, V> get(KeyRange range, Consumer<GetOptions.Builder> options) {
    return get(range, GetOptions.of(options));
  }

  /**
   * Reads a range in the way that {@code options} says.
   *
   * @throws DecodingException if one key cannot be decoded; a {@linkplain #scan(KeyRange) scan} can
   *     pass over it
   */
  TypedRangeResult<K, V> get(KeyRange range, GetOptions options);

  /** Writes a key. */
  default TypedPutResult<K, V> put(K key, V value) {
    return put(key, value, PutOptions.DEFAULT);
  }

  /** Writes a key in the way that {@code options} says. */
  default TypedPutResult<K, V> put(K key, V value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /**
   * Writes a key in the way that {@code options} says.
   *
   * @throws DecodingException if what the key was before was asked for and cannot be decoded; the
   *     key is written all the same
   */
  TypedPutResult<K, V> put(K key, V value, PutOptions options);

  /** Deletes one key. That there is none is no failure. */
  default TypedDeleteResult<K, V> delete(K key) {
    return delete(range(key));
  }

  /** Deletes all keys of a range. */
  default TypedDeleteResult<K, V> delete(KeyRange range) {
    return delete(range, DeleteOptions.DEFAULT);
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  default TypedDeleteResult<K, V> delete(KeyRange range, Consumer<DeleteOptions.Builder> options) {
    return delete(range, DeleteOptions.of(options));
  }

  /**
   * Deletes all keys of a range in the way that {@code options} says.
   *
   * @throws DecodingException if what a key was before was asked for and cannot be decoded; the
   *     keys are deleted all the same
   */
  TypedDeleteResult<K, V> delete(KeyRange range, DeleteOptions options);

  /** Writes a key if it does not exist. */
  default TypedConditionalPutResult<K, V> putIfAbsent(K key, V value) {
    return putIfAbsent(key, value, LeaseId.NONE);
  }

  /**
   * Writes a key if it does not exist, and attaches it to {@code lease}; one transaction.
   *
   * @param lease {@link LeaseId#NONE} for none
   * @throws DecodingException if it exists and cannot be decoded
   */
  TypedConditionalPutResult<K, V> putIfAbsent(K key, V value, LeaseId lease);

  /**
   * Writes a key if it has the value {@code expected}: the same bytes as the codec makes of it, so
   * it must always make the same. See {@link KvClient#compareAndSet(String, String, String)}.
   *
   * @throws DecodingException if it has another one that cannot be decoded
   */
  TypedConditionalPutResult<K, V> compareAndSet(K key, V expected, V value);

  /**
   * Writes a key if it was changed last at {@code expected}; one transaction. Its lease stays.
   *
   * @param expected {@link Revision#NONE} if it must not exist
   * @throws DecodingException if it was changed at another revision, and cannot be decoded
   */
  TypedConditionalPutResult<K, V> compareAndSet(K key, Revision expected, V value);

  /** Reads a large range page by page; see {@link KvClient#scan(KeyRange, ScanOptions)}. */
  default TypedScan<K, V> scan(KeyRange range) {
    return scan(range, ScanOptions.DEFAULT);
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  default TypedScan<K, V> scan(KeyRange range, Consumer<ScanOptions.Builder> options) {
    return scan(range, ScanOptions.of(options));
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  TypedScan<K, V> scan(KeyRange range, ScanOptions options);

  /** Watches a range; see {@link KvClient#watch(KeyRange, WatchOptions, WatchListener)}. */
  default Watch watch(
      KeyRange range, Consumer<WatchOptions.Builder> options, TypedWatchListener<K, V> listener) {
    return watch(range, WatchOptions.of(options), listener);
  }

  /**
   * Watches a range; see {@link KvClient#watch(KeyRange, WatchOptions, WatchListener)}. What cannot
   * be decoded is told to {@link TypedWatchListener#onError}, and the watch goes on.
   */
  Watch watch(KeyRange range, WatchOptions options, TypedWatchListener<K, V> listener);

  /** Watches a range from now on, for a thread that waits for changes. */
  default TypedWatchIterator<K, V> watch(KeyRange range) {
    return watch(range, WatchOptions.DEFAULT);
  }

  /** Watches a range, for a thread that waits for changes. */
  default TypedWatchIterator<K, V> watch(KeyRange range, Consumer<WatchOptions.Builder> options) {
    return watch(range, WatchOptions.of(options));
  }

  /**
   * Watches a range, for a thread that waits for changes. The iterator is the caller's to close.
   */
  TypedWatchIterator<K, V> watch(KeyRange range, WatchOptions options);
}
