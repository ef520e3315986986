package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.TwoSteps;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Encodes what it asks another client for, and decodes what that answers. */
final class CodecAsyncKvClient<K, V> implements AsyncTypedKvClient<K, V> {
  private final AsyncKvClient kv;
  private final Codecs<K, V> codecs;

  CodecAsyncKvClient(AsyncKvClient kv, Codecs<K, V> codecs) {
    this.kv = kv;
    this.codecs = codecs;
  }

  @Override
  public AsyncTypedKvClient<K, V> with(Consumer<CallSettings.Builder> changes) {
    return new CodecAsyncKvClient<>(kv.with(changes), codecs);
  }

  @Override
  public KeyRange range(K key) {
    return KeyRange.key(codecs.key(key));
  }

  @Override
  public CompletableFuture<Optional<TypedKeyValue<K, V>>> get(K key) {
    return TwoSteps.map("get", kv.get(codecs.key(key)), found -> found.map(codecs::decode));
  }

  @Override
  public CompletableFuture<TypedRangeResult<K, V>> get(KeyRange range, GetOptions options) {
    return TwoSteps.map("get", kv.get(range, Codecs.requireValues(options)), codecs::decode);
  }

  @Override
  public CompletableFuture<TypedPutResult<K, V>> put(K key, V value, PutOptions options) {
    return TwoSteps.map(
        "put", kv.put(codecs.key(key), codecs.value(value), options), codecs::decode);
  }

  @Override
  public CompletableFuture<TypedDeleteResult<K, V>> delete(KeyRange range, DeleteOptions options) {
    return TwoSteps.map("delete", kv.delete(range, options), codecs::decode);
  }

  @Override
  public CompletableFuture<TypedConditionalPutResult<K, V>> putIfAbsent(
      K key, V value, LeaseId lease) {
    return decoded(kv.putIfAbsent(codecs.key(key), codecs.value(value), lease));
  }

  @Override
  public CompletableFuture<TypedConditionalPutResult<K, V>> compareAndSet(
      K key, V expected, V value) {
    return decoded(kv.compareAndSet(codecs.key(key), codecs.value(expected), codecs.value(value)));
  }

  @Override
  public CompletableFuture<TypedConditionalPutResult<K, V>> compareAndSet(
      K key, Revision expected, V value) {
    return decoded(kv.compareAndSet(codecs.key(key), expected, codecs.value(value)));
  }

  private CompletableFuture<TypedConditionalPutResult<K, V>> decoded(
      CompletableFuture<ConditionalPutResult> put) {
    return TwoSteps.map("txn", put, codecs::decode);
  }

  @Override
  public CompletableFuture<TypedScanPage<K, V>> scan(KeyRange range, ScanOptions options) {
    return TypedScanPage.of(kv.scan(range, Codecs.requireValues(options)), codecs);
  }

  @Override
  public CompletableFuture<Watch> watch(
      KeyRange range, WatchOptions options, TypedWatchListener<K, V> listener) {
    return kv.watch(range, options, new DecodingListener<>(codecs, listener));
  }
}
