package dev.rondo.etcd.kv;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.TxnResponse;
import io.grpc.MethodDescriptor;

/** A server that gives each method one answer, empty at first, and a client of it. */
final class KvServer implements AutoCloseable {
  final ScriptedServer script = ScriptedServer.start();
  final Connection connection = Connection.builder().endpoints(script.endpoint()).build();
  final KvClient kv = KvClient.over(connection);

  KvServer() {
    answer(KVGrpc.getRangeMethod(), RangeResponse.getDefaultInstance());
    answer(KVGrpc.getPutMethod(), PutResponse.getDefaultInstance());
    answer(KVGrpc.getDeleteRangeMethod(), DeleteRangeResponse.getDefaultInstance());
    answer(KVGrpc.getTxnMethod(), TxnResponse.getDefaultInstance());
    answer(KVGrpc.getCompactMethod(), CompactionResponse.getDefaultInstance());
  }

  <Q, R> void answer(MethodDescriptor<Q, R> method, R response) {
    script.on(method, (request, call) -> call.reply(response));
  }

  /** The one request that was sent. */
  <Q> Q received(MethodDescriptor<Q, ?> method) {
    var received = script.received(method);
    if (received.size() != 1) {
      throw new AssertionError(
          "expected one request of " + method.getFullMethodName() + ", got " + received.size());
    }
    return received.get(0);
  }

  @Override
  public void close() {
    connection.close();
    script.close();
  }
}
