package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.Optional;
import java.util.function.Consumer;

/** Encodes what it asks another client for, and decodes what that answers. */
final class CodecKvClient<K, V> implements TypedKvClient<K, V> {
  private final KvClient kv;
  private final Codecs<K, V> codecs;

  CodecKvClient(KvClient kv, Codecs<K, V> codecs) {
    this.kv = kv;
    this.codecs = codecs;
  }

  @Override
  public TypedKvClient<K, V> with(Consumer<CallSettings.Builder> changes) {
    return new CodecKvClient<>(kv.with(changes), codecs);
  }

  @Override
  public AsyncTypedKvClient<K, V> async() {
    return new CodecAsyncKvClient<>(kv.async(), codecs);
  }

  @Override
  public KeyRange range(K key) {
    return KeyRange.key(codecs.key(key));
  }

  @Override
  public Optional<TypedKeyValue<K, V>> get(K key) {
    return kv.get(codecs.key(key)).map(codecs::decode);
  }

  @Override
  public TypedRangeResult<K, V> get(KeyRange range, GetOptions options) {
    return codecs.decode(kv.get(range, Codecs.requireValues(options)));
  }

  @Override
  public TypedPutResult<K, V> put(K key, V value, PutOptions options) {
    return codecs.decode(kv.put(codecs.key(key), codecs.value(value), options));
  }

  @Override
  public TypedDeleteResult<K, V> delete(KeyRange range, DeleteOptions options) {
    return codecs.decode(kv.delete(range, options));
  }

  @Override
  public TypedConditionalPutResult<K, V> putIfAbsent(K key, V value, LeaseId lease) {
    return codecs.decode(kv.putIfAbsent(codecs.key(key), codecs.value(value), lease));
  }

  @Override
  public TypedConditionalPutResult<K, V> compareAndSet(K key, V expected, V value) {
    return codecs.decode(
        kv.compareAndSet(codecs.key(key), codecs.value(expected), codecs.value(value)));
  }

  @Override
  public TypedConditionalPutResult<K, V> compareAndSet(K key, Revision expected, V value) {
    return codecs.decode(kv.compareAndSet(codecs.key(key), expected, codecs.value(value)));
  }

  @Override
  public TypedScan<K, V> scan(KeyRange range, ScanOptions options) {
    return new TypedScan<>(kv.scan(range, Codecs.requireValues(options)), codecs);
  }

  @Override
  public Watch watch(KeyRange range, WatchOptions options, TypedWatchListener<K, V> listener) {
    return kv.watch(range, options, new DecodingListener<>(codecs, listener));
  }

  @Override
  public TypedWatchIterator<K, V> watch(KeyRange range, WatchOptions options) {
    return new TypedWatchIterator<>(kv.watch(range, options), codecs);
  }
}
