package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Reads and writes keys without blocking: what {@link KvClient} does, as futures. Safe for use by
 * many threads.
 *
 * <pre>{@code
 * CompletableFuture<PutResult> later = kv.async().put("a", "b");
 * }</pre>
 *
 * <p>A future of a call that fails ends with the {@code EtcdException} that the blocking form would
 * throw; bad arguments are refused at once, with an {@link IllegalArgumentException}. Cancelling a
 * future cancels the call. Futures complete on the executor of the connection.
 */
public interface AsyncKvClient {
  /** Returns a client whose calls are made with the changes that {@code changes} makes. */
  AsyncKvClient with(Consumer<CallSettings.Builder> changes);

  /** Reads one key, in UTF-8; empty if there is none. */
  default CompletableFuture<Optional<KeyValue>> get(String key) {
    return get(Bytes.utf8(key));
  }

  /**
   * Reads one key; empty if there is none. The answer is linearizable: it holds everything that was
   * written before the call.
   */
  CompletableFuture<Optional<KeyValue>> get(Bytes key);

  /** Reads all keys of a range; for a large one see {@link #scan(KeyRange)}. */
  default CompletableFuture<RangeResult> get(KeyRange range) {
    return get(range, GetOptions.DEFAULT);
  }

  /** Reads a range in the way that {@code options} says. */
  default CompletableFuture<RangeResult> get(KeyRange range, Consumer<GetOptions.Builder> options) {
    return get(range, GetOptions.of(options));
  }

  /** Reads a range in the way that {@code options} says. */
  CompletableFuture<RangeResult> get(KeyRange range, GetOptions options);

  /** Writes a key, both in UTF-8. */
  default CompletableFuture<PutResult> put(String key, String value) {
    return put(Bytes.utf8(key), Bytes.utf8(value), PutOptions.DEFAULT);
  }

  /** Writes a key. */
  default CompletableFuture<PutResult> put(Bytes key, Bytes value) {
    return put(key, value, PutOptions.DEFAULT);
  }

  /** Writes a key, both in UTF-8, in the way that {@code options} says. */
  default CompletableFuture<PutResult> put(
      String key, String value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /** Writes a key, both in UTF-8, in the way that {@code options} says. */
  default CompletableFuture<PutResult> put(String key, String value, PutOptions options) {
    return put(Bytes.utf8(key), Bytes.utf8(value), options);
  }

  /** Writes a key in the way that {@code options} says. */
  default CompletableFuture<PutResult> put(
      Bytes key, Bytes value, Consumer<PutOptions.Builder> options) {
    return put(key, value, PutOptions.of(options));
  }

  /**
   * Writes a key in the way that {@code options} says.
   *
   * @throws IllegalArgumentException if the key is empty, or if there is a value although that of
   *     the key shall stay
   */
  CompletableFuture<PutResult> put(Bytes key, Bytes value, PutOptions options);

  /** Deletes one key, in UTF-8. That there is none is no failure. */
  default CompletableFuture<DeleteResult> delete(String key) {
    return delete(Bytes.utf8(key));
  }

  /** Deletes one key. That there is none is no failure. */
  default CompletableFuture<DeleteResult> delete(Bytes key) {
    return delete(KeyRange.key(key));
  }

  /** Deletes all keys of a range. */
  default CompletableFuture<DeleteResult> delete(KeyRange range) {
    return delete(range, DeleteOptions.DEFAULT);
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  default CompletableFuture<DeleteResult> delete(
      KeyRange range, Consumer<DeleteOptions.Builder> options) {
    return delete(range, DeleteOptions.of(options));
  }

  /** Deletes all keys of a range in the way that {@code options} says. */
  CompletableFuture<DeleteResult> delete(KeyRange range, DeleteOptions options);

  /** Begins a transaction, which is sent by {@link TxnBuilder#commit}. */
  default TxnBuilder<CompletableFuture<TxnResult>> txn() {
    return new TxnBuilder<>(this::txn);
  }

  /**
   * Sends a transaction.
   *
   * @throws IllegalArgumentException if there is neither a comparison nor an operation in it
   */
  CompletableFuture<TxnResult> txn(Txn txn);

  /** Writes a key, both in UTF-8, if it does not exist. */
  default CompletableFuture<ConditionalPutResult> putIfAbsent(String key, String value) {
    return putIfAbsent(Bytes.utf8(key), Bytes.utf8(value), LeaseId.NONE);
  }

  /** Writes a key if it does not exist. */
  default CompletableFuture<ConditionalPutResult> putIfAbsent(Bytes key, Bytes value) {
    return putIfAbsent(key, value, LeaseId.NONE);
  }

  /** Writes a key, both in UTF-8, if it does not exist, and attaches it to {@code lease}. */
  default CompletableFuture<ConditionalPutResult> putIfAbsent(
      String key, String value, LeaseId lease) {
    return putIfAbsent(Bytes.utf8(key), Bytes.utf8(value), lease);
  }

  /**
   * Writes a key if it does not exist, and attaches it to {@code lease}; one transaction.
   *
   * @param lease {@link LeaseId#NONE} for none
   */
  CompletableFuture<ConditionalPutResult> putIfAbsent(Bytes key, Bytes value, LeaseId lease);

  /** Writes a key if it has the value {@code expected}, all in UTF-8; its lease stays. */
  default CompletableFuture<ConditionalPutResult> compareAndSet(
      String key, String expected, String value) {
    return compareAndSet(Bytes.utf8(key), Bytes.utf8(expected), Bytes.utf8(value));
  }

  /**
   * Writes a key if it has the value {@code expected}; one transaction. Its lease stays. Whether
   * the key was changed and changed back meanwhile does not show; compare its revision for that.
   */
  CompletableFuture<ConditionalPutResult> compareAndSet(Bytes key, Bytes expected, Bytes value);

  /**
   * Writes a key, both in UTF-8, if it was changed last at {@code expected}.
   *
   * @param expected {@link Revision#NONE} if it must not exist
   */
  default CompletableFuture<ConditionalPutResult> compareAndSet(
      String key, Revision expected, String value) {
    return compareAndSet(Bytes.utf8(key), expected, Bytes.utf8(value));
  }

  /**
   * Writes a key if it was changed last at {@code expected}; one transaction. Its lease stays.
   *
   * @param expected {@link Revision#NONE} if it must not exist
   */
  CompletableFuture<ConditionalPutResult> compareAndSet(Bytes key, Revision expected, Bytes value);

  /** Forgets the history before {@code revision}; see the form with options. */
  default CompletableFuture<CompactResult> compact(Revision revision) {
    return compact(revision, CompactOptions.DEFAULT);
  }

  /** Forgets the history before {@code revision} in the way that {@code options} says. */
  default CompletableFuture<CompactResult> compact(
      Revision revision, Consumer<CompactOptions.Builder> options) {
    return compact(revision, CompactOptions.of(options));
  }

  /**
   * Forgets the history before {@code revision}: older revisions can no longer be read or watched;
   * what stands now stays. The call fails with {@code COMPACTED} if that was done before.
   *
   * @throws IllegalArgumentException if the revision is {@link Revision#NONE}
   */
  CompletableFuture<CompactResult> compact(Revision revision, CompactOptions options);

  /** Reads a large range page by page; see the form with options. */
  default CompletableFuture<ScanPage> scan(KeyRange range) {
    return scan(range, ScanOptions.DEFAULT);
  }

  /** Reads a large range page by page in the way that {@code options} says. */
  default CompletableFuture<ScanPage> scan(KeyRange range, Consumer<ScanOptions.Builder> options) {
    return scan(range, ScanOptions.of(options));
  }

  /**
   * Reads a large range page by page, all of it at one revision: that of {@code options}, or else
   * the one of the first page, which is read now. Each page is a call with a timeout of its own.
   */
  CompletableFuture<ScanPage> scan(KeyRange range, ScanOptions options);

  /** Watches a range; see the form with ready-made options. */
  default CompletableFuture<Watch> watch(
      KeyRange range, Consumer<WatchOptions.Builder> options, WatchListener listener) {
    return watch(range, WatchOptions.of(options), listener);
  }

  /**
   * Watches a range; see {@link KvClient#watch(KeyRange, WatchOptions, WatchListener)}.
   *
   * @return the watch, once the server has created it; cancelling this before closes the watch
   */
  CompletableFuture<Watch> watch(KeyRange range, WatchOptions options, WatchListener listener);

  /** See {@link KvClient#namespace(String)}. */
  default AsyncKvClient namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /** See {@link KvClient#namespace(Bytes)}. */
  AsyncKvClient namespace(Bytes prefix);

  /** Returns a view of this client with keys and values of other types than bytes. */
  default <K, V> AsyncTypedKvClient<K, V> as(Codec<K> keys, Codec<V> values) {
    return new CodecAsyncKvClient<>(this, new Codecs<>(keys, values));
  }

  /** Keeps a local copy of a range; see the form with options. */
  default CompletableFuture<KeyCache> cache(KeyRange range) {
    return cache(range, CacheOptions.DEFAULT);
  }

  /** Keeps a local copy of a range, of the size that {@code options} says at most. */
  default CompletableFuture<KeyCache> cache(
      KeyRange range, Consumer<CacheOptions.Builder> options) {
    return cache(range, CacheOptions.of(options));
  }

  /**
   * Keeps a local copy of a range; see {@link KvClient#cache(KeyRange, CacheOptions)}.
   *
   * @return the cache, once all of the range was read and is watched; cancelling this before closes
   *     the cache
   */
  CompletableFuture<KeyCache> cache(KeyRange range, CacheOptions options);
}
