package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import java.util.Optional;
import java.util.function.Consumer;

/** Awaits what {@link GrpcAsyncKvClient} does. */
final class GrpcKvClient implements KvClient {
  private final Calls calls;
  private final Namespace namespace;
  private final AsyncKvClient direct; // completes where only Blocking.await may go on
  private final AsyncKvClient async;

  GrpcKvClient(Calls calls, Namespace namespace) {
    this.calls = calls;
    this.namespace = namespace;
    this.direct = new GrpcAsyncKvClient(calls, namespace);
    this.async = new GrpcAsyncKvClient(calls.async(), namespace);
  }

  @Override
  public KvClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcKvClient(calls.with(calls.settings().with(changes)), namespace);
  }

  @Override
  public AsyncKvClient async() {
    return async;
  }

  @Override
  public Optional<KeyValue> get(Bytes key) {
    return Blocking.await(direct.get(key));
  }

  @Override
  public RangeResult get(KeyRange range, GetOptions options) {
    return Blocking.await(direct.get(range, options));
  }

  @Override
  public PutResult put(Bytes key, Bytes value, PutOptions options) {
    return Blocking.await(direct.put(key, value, options));
  }

  @Override
  public DeleteResult delete(KeyRange range, DeleteOptions options) {
    return Blocking.await(direct.delete(range, options));
  }

  @Override
  public TxnResult txn(Txn txn) {
    return Blocking.await(direct.txn(txn));
  }

  @Override
  public ConditionalPutResult putIfAbsent(Bytes key, Bytes value, LeaseId lease) {
    return Blocking.await(direct.putIfAbsent(key, value, lease));
  }

  @Override
  public ConditionalPutResult compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return Blocking.await(direct.compareAndSet(key, expected, value));
  }

  @Override
  public ConditionalPutResult compareAndSet(Bytes key, Revision expected, Bytes value) {
    return Blocking.await(direct.compareAndSet(key, expected, value));
  }

  @Override
  public CompactResult compact(Revision revision, CompactOptions options) {
    return Blocking.await(direct.compact(revision, options));
  }

  @Override
  public Scan scan(KeyRange range, ScanOptions options) {
    return new Scan(Blocking.await(direct.scan(range, options)));
  }

  @Override
  public Watch watch(KeyRange range, WatchOptions options, WatchListener listener) {
    return Blocking.await(direct.watch(range, options, listener));
  }

  @Override
  public WatchIterator watch(KeyRange range, WatchOptions options) {
    WatchedRange watch = WatchedRange.over(calls, namespace, range, options, null);
    Blocking.await(watch.start());
    return new WatchIterator(watch);
  }

  @Override
  public KvClient namespace(Bytes prefix) {
    return new GrpcKvClient(calls, namespace.inside(prefix));
  }

  @Override
  public KeyCache cache(KeyRange range, CacheOptions options) {
    return Blocking.await(async.cache(range, options));
  }
}
