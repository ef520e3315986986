package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
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
import io.grpc.stub.StreamObserver;

/** Keys: reads, writes, transactions and compaction. */
final class KvService extends KVGrpc.KVImplBase {
  private final Engine engine;

  KvService(Engine engine) {
    this.engine = engine;
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> client) {
    UnaryAnswer.send(
        client,
        () -> {
          KvChecks.check(request);
          return engine.range(request);
        });
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> client) {
    UnaryAnswer.send(
        client,
        () -> {
          KvChecks.check(request);
          return engine.put(request);
        });
  }

  @Override
  public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> client) {
    UnaryAnswer.send(
        client,
        () -> {
          KvChecks.check(request);
          return engine.deleteRange(request);
        });
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> client) {
    UnaryAnswer.send(
        client,
        () -> {
          KvChecks.check(request);
          return engine.txn(request);
        });
  }

  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> client) {
    UnaryAnswer.send(client, () -> engine.compact(request));
  }
}
