package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Makes one call for each operation; its futures are those of the calls. */
final class GrpcAsyncKvClient implements AsyncKvClient {
  private static final Rpc<RangeRequest, RangeResponse> GET =
      Rpc.read("get", KVGrpc.getRangeMethod(), RangeResponse::getHeader);
  private static final Rpc<RangeRequest, RangeResponse> LOCAL_GET =
      Rpc.localRead("get", KVGrpc.getRangeMethod(), RangeResponse::getHeader);
  private static final Rpc<PutRequest, PutResponse> PUT =
      Rpc.write("put", KVGrpc.getPutMethod(), PutResponse::getHeader);
  private static final Rpc<DeleteRangeRequest, DeleteRangeResponse> DELETE =
      Rpc.write("delete", KVGrpc.getDeleteRangeMethod(), DeleteRangeResponse::getHeader);
  private static final Rpc<TxnRequest, TxnResponse> TXN =
      Rpc.write("txn", KVGrpc.getTxnMethod(), TxnResponse::getHeader);
  private static final Rpc<TxnRequest, TxnResponse> READ_TXN =
      Rpc.read("txn", KVGrpc.getTxnMethod(), TxnResponse::getHeader);
  private static final Rpc<TxnRequest, TxnResponse> LOCAL_TXN =
      Rpc.voterRead("txn", KVGrpc.getTxnMethod(), TxnResponse::getHeader);
  private static final Rpc<CompactionRequest, CompactionResponse> COMPACT =
      Rpc.write("compact", KVGrpc.getCompactMethod(), CompactionResponse::getHeader);

  private static final PutOptions KEEPING_LEASE = PutOptions.builder().ignoreLease().build();

  private final Calls calls;
  private final Namespace namespace;
  private final Requests requests;
  private final Results results;

  GrpcAsyncKvClient(Calls calls, Namespace namespace) {
    this.calls = calls;
    this.namespace = namespace;
    this.requests = new Requests(namespace);
    this.results = new Results(namespace);
  }

  @Override
  public AsyncKvClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAsyncKvClient(calls.with(calls.settings().with(changes)), namespace);
  }

  @Override
  public CompletableFuture<Optional<KeyValue>> get(Bytes key) {
    return calls.call(GET, requests.range(KeyRange.key(key), GetOptions.DEFAULT), results::first);
  }

  @Override
  public CompletableFuture<RangeResult> get(KeyRange range, GetOptions options) {
    return calls.call(
        options.isSerializable() ? LOCAL_GET : GET, requests.range(range, options), results::range);
  }

  @Override
  public CompletableFuture<PutResult> put(Bytes key, Bytes value, PutOptions options) {
    return calls.call(PUT, requests.put(new Op.Put(key, value, options)), results::put);
  }

  @Override
  public CompletableFuture<DeleteResult> delete(KeyRange range, DeleteOptions options) {
    return calls.call(DELETE, requests.delete(range, options), results::delete);
  }

  @Override
  public CompletableFuture<TxnResult> txn(Txn txn) {
    txn.requireNotEmpty();
    return calls.call(rpc(txn), requests.txn(txn), results::txn);
  }

  private static Rpc<TxnRequest, TxnResponse> rpc(Txn txn) {
    if (!txn.isReadOnly()) {
      return TXN;
    }
    return txn.isSerializable() ? LOCAL_TXN : READ_TXN;
  }

  @Override
  public CompletableFuture<ConditionalPutResult> putIfAbsent(
      Bytes key, Bytes value, LeaseId lease) {
    PutOptions options =
        lease.isNone() ? PutOptions.DEFAULT : PutOptions.builder().lease(lease).build();
    return putIf(Compare.missing(key), new Op.Put(key, value, options));
  }

  @Override
  public CompletableFuture<ConditionalPutResult> compareAndSet(
      Bytes key, Bytes expected, Bytes value) {
    return putIf(Compare.value(key).isEqualTo(expected), new Op.Put(key, value, KEEPING_LEASE));
  }

  @Override
  public CompletableFuture<ConditionalPutResult> compareAndSet(
      Bytes key, Revision expected, Bytes value) {
    // A key that does not exist has no lease to keep, and etcd refuses to look for it.
    PutOptions options = expected.equals(Revision.NONE) ? PutOptions.DEFAULT : KEEPING_LEASE;
    return putIf(Compare.modRevision(key).isEqualTo(expected), new Op.Put(key, value, options));
  }

  private CompletableFuture<ConditionalPutResult> putIf(Compare condition, Op.Put put) {
    Txn txn = Txn.when(condition).then(put).orElse(Op.get(put.key()));
    return calls.call(TXN, requests.txn(txn), results::conditionalPut);
  }

  @Override
  public CompletableFuture<CompactResult> compact(Revision revision, CompactOptions options) {
    return calls.call(COMPACT, Requests.compact(revision, options), Results::compact);
  }

  @Override
  public CompletableFuture<ScanPage> scan(KeyRange range, ScanOptions options) {
    return ScanPage.read(calls, namespace, range, options);
  }

  @Override
  public CompletableFuture<Watch> watch(
      KeyRange range, WatchOptions options, WatchListener listener) {
    return WatchedRange.over(calls, namespace, range, options, listener).start();
  }

  @Override
  public AsyncKvClient namespace(Bytes prefix) {
    return new GrpcAsyncKvClient(calls, namespace.inside(prefix));
  }

  @Override
  public CompletableFuture<KeyCache> cache(KeyRange range, CacheOptions options) {
    return new WatchedKeyCache(calls, this, range, options).start();
  }
}
