package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Samples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client in a namespace sends over real sockets, and what it makes of answers. */
@Timeout(60)
class NamespaceTest {
  private static final KeyValue INSIDE =
      Samples.WIRE_KEY_VALUE.toBuilder().setKey(utf8("a/k")).build();
  private static final KeyValue OUTSIDE = Samples.WIRE_KEY_VALUE;

  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv.namespace("a/");

  @AfterEach
  void close() {
    server.close();
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8("v")).build();
  }

  @Test
  void asksForKeysUnderThePrefix() {
    kv.put("k", "v");
    kv.get("k");
    kv.delete(KeyRange.all());

    assertThat(server.received(KVGrpc.getPutMethod())).isEqualTo(put("a/k"));
    assertThat(server.received(KVGrpc.getRangeMethod()))
        .isEqualTo(RangeRequest.newBuilder().setKey(utf8("a/k")).build());
    assertThat(server.received(KVGrpc.getDeleteRangeMethod()))
        .isEqualTo(
            DeleteRangeRequest.newBuilder().setKey(utf8("a/\0")).setRangeEnd(utf8("a0")).build());
  }

  @Test
  void asksForAllKeysOfATransactionUnderThePrefix() {
    kv.txn()
        .when(Compare.missing(KeyRange.prefix("k")))
        .then(Op.put("k", "v"), Op.txn(Txn.when(Compare.exists("n")).then(Op.delete("n"))))
        .orElse(Op.get(KeyRange.from("k")))
        .commit();

    TxnRequest nested =
        TxnRequest.newBuilder()
            .addCompare(
                dev.rondo.etcd.wire.Compare.newBuilder()
                    .setKey(utf8("a/n"))
                    .setTarget(dev.rondo.etcd.wire.Compare.CompareTarget.CREATE)
                    .setResult(dev.rondo.etcd.wire.Compare.CompareResult.GREATER)
                    .setCreateRevision(0))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(utf8("a/n"))))
            .build();
    TxnRequest sent = server.received(KVGrpc.getTxnMethod());
    assertThat(sent.getCompare(0).getKey()).isEqualTo(utf8("a/k"));
    assertThat(sent.getCompare(0).getRangeEnd()).isEqualTo(utf8("a/l"));
    assertThat(sent.getSuccess(0).getRequestPut()).isEqualTo(put("a/k"));
    assertThat(sent.getSuccess(1).getRequestTxn()).isEqualTo(nested);
    assertThat(sent.getFailure(0).getRequestRange())
        .isEqualTo(RangeRequest.newBuilder().setKey(utf8("a/k")).setRangeEnd(utf8("a0")).build());
  }

  @Test
  void givesKeysWithoutThePrefix() {
    server.answer(
        KVGrpc.getRangeMethod(), RangeResponse.newBuilder().addKvs(INSIDE).setCount(1).build());
    server.answer(KVGrpc.getPutMethod(), PutResponse.newBuilder().setPrevKv(INSIDE).build());

    assertThat(kv.get("k")).contains(Samples.KEY_VALUE);
    assertThat(kv.async().get("k").join()).contains(Samples.KEY_VALUE);
    assertThat(kv.get(KeyRange.all()).kvs()).containsExactly(Samples.KEY_VALUE);
    assertThat(kv.put("k", "w", PutOptions.Builder::prevKv).previous()).contains(Samples.KEY_VALUE);
  }

  @Test
  void oneInsideAnotherHasBothPrefixes() {
    server.kv.namespace("a/").namespace(Bytes.utf8("b/")).put("k", "v");
    server.kv.async().namespace("a/").namespace("c/").put("k", "v").join();

    assertThat(server.script.received(KVGrpc.getPutMethod()))
        .containsExactly(put("a/b/k"), put("a/c/k"));
  }

  @Test
  void callsWithTheSettingsThatWereAskedForBeforeAndAfter() {
    server.connection.awaitReady(Duration.ofSeconds(20));
    server.script.on(KVGrpc.getPutMethod(), (request, call) -> {});
    var before = server.kv.with(call -> call.timeout(Duration.ofMillis(300))).namespace("a/");
    var after = kv.async().with(call -> call.timeout(Duration.ofMillis(301)));

    assertThatThrownBy(() -> before.put("k", "v")).hasMessageContaining("answer within PT0.3S");
    assertThatThrownBy(() -> after.put("k", "v").join())
        .hasMessageContaining("answer within PT0.301S");
    assertThat(server.script.received(KVGrpc.getPutMethod()))
        .containsExactly(put("a/k"), put("a/k"));
  }

  @Test
  void compactsTheWholeCluster() {
    kv.compact(Revision.of(5));

    assertThat(server.received(KVGrpc.getCompactMethod()))
        .isEqualTo(CompactionRequest.newBuilder().setRevision(5).build());
  }

  @Test
  void cancellingAFutureCancelsTheCall() {
    server.script.on(KVGrpc.getPutMethod(), (request, call) -> {});
    var write = kv.async().with(call -> call.timeout(Duration.ofMinutes(1))).put("k", "v");
    server.script.awaitReceived(KVGrpc.getPutMethod(), 1);

    write.cancel(true);

    await().until(() -> server.script.calls(KVGrpc.getPutMethod()).get(0).isCancelled());
  }

  static Stream<Arguments> operations() {
    Consumer<KvServer> range =
        server ->
            server.answer(
                KVGrpc.getRangeMethod(),
                RangeResponse.newBuilder().addKvs(INSIDE).addKvs(OUTSIDE).build());
    RangeResponse found = RangeResponse.newBuilder().addKvs(OUTSIDE).build();
    TxnResponse inner =
        TxnResponse.newBuilder()
            .addResponses(ResponseOp.newBuilder().setResponseRange(found))
            .build();
    return Stream.of(
        operation("get", range, kv -> kv.get(KeyRange.all())),
        operation("scan", range, kv -> kv.scan(KeyRange.all())),
        operation(
            "get", server -> server.answer(KVGrpc.getRangeMethod(), found), kv -> kv.get("k")),
        operation(
            "put",
            server ->
                server.answer(
                    KVGrpc.getPutMethod(), PutResponse.newBuilder().setPrevKv(OUTSIDE).build()),
            kv -> kv.put("k", "v")),
        operation(
            "delete",
            server ->
                server.answer(
                    KVGrpc.getDeleteRangeMethod(),
                    DeleteRangeResponse.newBuilder().addPrevKvs(OUTSIDE).build()),
            kv -> kv.delete("k")),
        operation(
            "txn",
            server ->
                server.answer(
                    KVGrpc.getTxnMethod(),
                    TxnResponse.newBuilder()
                        .addResponses(ResponseOp.newBuilder().setResponseTxn(inner))
                        .build()),
            kv -> kv.txn(Txn.of(Op.get("k")))),
        operation(
            "txn",
            server -> server.answer(KVGrpc.getTxnMethod(), inner),
            kv -> kv.putIfAbsent("k", "v")));
  }

  private static Arguments operation(
      String name, Consumer<KvServer> answer, Consumer<KvClient> call) {
    return arguments(name, answer, call);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void takesAKeyOutsideForAMalformedAnswer(
      String operation, Consumer<KvServer> answer, Consumer<KvClient> call) {
    answer.accept(server);

    assertThatThrownBy(() -> call.accept(kv))
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER))
        .hasMessageStartingWith(operation + ": the answer holds a key outside of the namespace");
  }

  @Test
  void refusesAnEmptyPrefixAndEmptyKeys() {
    assertThatThrownBy(() -> kv.namespace(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the prefix of a namespace must have at least one byte, was empty");
    assertThatThrownBy(() -> kv.async().namespace(Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kv.get("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kv.put("", "v")).isInstanceOf(IllegalArgumentException.class);
    assertThat(server.script.calls()).isEmpty();
  }
}
