package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Compare.exists;
import static dev.rondo.etcd.kv.Op.get;
import static dev.rondo.etcd.kv.Op.put;
import static dev.rondo.etcd.kv.Op.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the connection may do with each operation: repeat it, or have a lone member answer it. */
class RepetitionTest {
  private static final Map<Class<?>, Object> ANSWERS =
      Map.of(
          RangeRequest.class, RangeResponse.getDefaultInstance(),
          PutRequest.class, PutResponse.getDefaultInstance(),
          DeleteRangeRequest.class, DeleteRangeResponse.getDefaultInstance(),
          TxnRequest.class, TxnResponse.newBuilder().setSucceeded(true).build(),
          CompactionRequest.class, CompactionResponse.getDefaultInstance());

  private static final Op LOCAL_GET = get(KeyRange.key("k"), get -> get.serializable());

  static Stream<Arguments> operations() {
    return Stream.of(
        operation("get", kv -> kv.get("k"), Rpc.Kind.READ, true),
        operation("get", kv -> kv.get(KeyRange.all()), Rpc.Kind.READ, true),
        operation("get", kv -> kv.get(KeyRange.all(), o -> o.serializable()), Rpc.Kind.READ, false),
        operation("scan", kv -> kv.scan(KeyRange.all()), Rpc.Kind.READ, true),
        operation("put", kv -> kv.put("k", "v"), Rpc.Kind.WRITE, true),
        operation("delete", kv -> kv.delete("k"), Rpc.Kind.WRITE, true),
        operation("compact", kv -> kv.compact(Revision.of(2)), Rpc.Kind.WRITE, true),
        operation("txn", kv -> kv.putIfAbsent("k", "v"), Rpc.Kind.WRITE, true),
        operation("txn", kv -> kv.compareAndSet("k", "a", "b"), Rpc.Kind.WRITE, true),
        txnOperation(Txn.of(get("k")), Rpc.Kind.READ, true),
        txnOperation(Txn.when(exists("k")), Rpc.Kind.READ, true),
        txnOperation(Txn.of(LOCAL_GET).orElse(LOCAL_GET), Rpc.Kind.READ, false),
        txnOperation(Txn.of(LOCAL_GET).orElse(get("k")), Rpc.Kind.READ, true),
        txnOperation(Txn.of(txn(Txn.of(get("k")))), Rpc.Kind.READ, true),
        txnOperation(Txn.of(txn(Txn.of(LOCAL_GET))), Rpc.Kind.READ, true),
        txnOperation(Txn.of(get("k"), put("k", "v")), Rpc.Kind.WRITE, true),
        txnOperation(Txn.of(get("k")).orElse(Op.delete("k")), Rpc.Kind.WRITE, true),
        txnOperation(Txn.of(txn(Txn.of(get("k")).orElse(put("k", "v")))), Rpc.Kind.WRITE, true));
  }

  private static Arguments txnOperation(Txn txn, Rpc.Kind kind, boolean requiresLeader) {
    return operation("txn", kv -> kv.txn(txn), kind, requiresLeader);
  }

  private static Arguments operation(
      String name, Consumer<KvClient> operation, Rpc.Kind kind, boolean requiresLeader) {
    return arguments(name, operation, kind, requiresLeader);
  }

  @ParameterizedTest(name = "{0} {2} {3}")
  @MethodSource("operations")
  void isAsTheOperationAllows(
      String name, Consumer<KvClient> operation, Rpc.Kind kind, boolean requiresLeader) {
    var calls = new FakeCalls(request -> ANSWERS.get(request.getClass()));

    operation.accept(new GrpcKvClient(calls, Namespace.ROOT));

    assertThat(calls.called).hasSize(1);
    Rpc<?, ?> rpc = calls.called.get(0);
    assertThat(rpc.operation()).isEqualTo(name);
    assertThat(rpc.kind()).isEqualTo(kind);
    assertThat(rpc.requiresLeader()).isEqualTo(requiresLeader);
    assertThat(rpc.isServedByLearners()).isEqualTo(name.equals("get") && !requiresLeader);
  }
}
