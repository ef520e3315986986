package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@link TypedKvClient} does, without blocking. Safe for use by many threads.
 *
 * <p>Futures end as those of the {@link AsyncKvClient} under it do, or with a {@link
 * DecodingException}; cancelling one cancels its call. Codecs decode on the executor of the
 * connection, and encode on the calling thread.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public interface AsyncTypedKvClient<K, V> {
  /** Returns a view whose calls are made with the changes that {@code changes} makes. */
  AsyncTypedKvClient<K, V> with(Consumer<CallSettings.Builder> changes);

  /** The range of this one key, for what is asked of ranges alone. */
  KeyRange range(K key);

  /** See {@link TypedKvClient#get(Object)}. */
  CompletableFuture<Optional<TypedKeyValue<K, V>>> get(K key);

  /** Reads all keys of a range; for a large one see {@link #scan(KeyRange)}. */
  default CompletableFuture<TypedRangeResult<K, V>> get(KeyRange range) {
    return get(range, GetOptions.DEFAULT);
  }

  /** Reads a range in the way that {@code options} says. */
  default CompletableFuture<TypedRangeResult<K, V>> get(
      KeyRange range, Consumer<GetOptions.Builder> options) {
    return get(range, GetOptions.of(options));
  }

  /** See {@link TypedKvClient#get(KeyRange, GetOptions)}. */
  CompletableFuture<TypedRangeResult<K, V>> get(KeyRange range, GetOptions options);

  /** Writes a key. */
  default CompletableFuture<TypedPutResult<K, V>> put(K key, V value) {
    return put(key, value, PutOptions.DEFAULT);
  }

  /** Writes a key in the way that {@code options} says. */
  default CompletableFuture<TypedPutResult<K, V>> put(
      K key, V value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /** See {@link TypedKvClient#put(Object, Object, PutOptions)}. */
  CompletableFuture<TypedPutResult<K, V>> put(K key, V value, PutOptions options);

  /** Deletes one key. That there is none is no failure. */
  default CompletableFuture<TypedDeleteResult<K, V>> delete(K key) {
    return delete(range(key));
  }

  /** Deletes all keys of a range. */
  default CompletableFuture<TypedDeleteResult<K, V>> delete(KeyRange range) {
    return delete(range, DeleteOptions.DEFAULT);
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  default CompletableFuture<TypedDeleteResult<K, V>> delete(
      KeyRange range, Consumer<DeleteOptions.Builder> options) {
    return delete(range, DeleteOptions.of(options));
  }

  /** See {@link TypedKvClient#delete(KeyRange, DeleteOptions)}. */
  CompletableFuture<TypedDeleteResult<K, V>> delete(KeyRange range, DeleteOptions options);

  /** Writes a key if it does not exist. */
  default CompletableFuture<TypedConditionalPutResult<K, V>> putIfAbsent(K key, V value) {
    return putIfAbsent(key, value, LeaseId.NONE);
  }

  /** See {@link TypedKvClient#putIfAbsent(Object, Object, LeaseId)}. */
  CompletableFuture<TypedConditionalPutResult<K, V>> putIfAbsent(K key, V value, LeaseId lease);

  /** See {@link TypedKvClient#compareAndSet(Object, Object, Object)}. */
  CompletableFuture<TypedConditionalPutResult<K, V>> compareAndSet(K key, V expected, V value);

  /** See {@link TypedKvClient#compareAndSet(Object, Revision, Object)}. */
  CompletableFuture<TypedConditionalPutResult<K, V>> compareAndSet(
      K key, Revision expected, V value);

  /** Reads a large range page by page; see {@link AsyncKvClient#scan(KeyRange, ScanOptions)}. */
  default CompletableFuture<TypedScanPage<K, V>> scan(KeyRange range) {
    return scan(range, ScanOptions.DEFAULT);
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  default CompletableFuture<TypedScanPage<K, V>> scan(
      KeyRange range, Consumer<ScanOptions.Builder> options) {
    return scan(range, ScanOptions.of(options));
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  CompletableFuture<TypedScanPage<K, V>> scan(KeyRange range, ScanOptions options);

  /** Watches a range; see the form with ready-made options. */
  default CompletableFuture<Watch> watch(
      KeyRange range, Consumer<WatchOptions.Builder> options, TypedWatchListener<K, V> listener) {
    return watch(range, WatchOptions.of(options), listener);
  }

  /**
   * See {@link TypedKvClient#watch(KeyRange, WatchOptions, TypedWatchListener)}.
   *
   * @return the watch, once the server has created it; cancelling this before closes the watch
   */
  CompletableFuture<Watch> watch(
      KeyRange range, WatchOptions options, TypedWatchListener<K, V> listener);
}
