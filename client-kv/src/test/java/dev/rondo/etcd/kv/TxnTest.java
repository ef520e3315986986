package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Compare.createRevision;
import static dev.rondo.etcd.kv.Compare.exists;
import static dev.rondo.etcd.kv.Compare.lease;
import static dev.rondo.etcd.kv.Compare.missing;
import static dev.rondo.etcd.kv.Compare.modRevision;
import static dev.rondo.etcd.kv.Compare.value;
import static dev.rondo.etcd.kv.Compare.version;
import static dev.rondo.etcd.kv.Op.delete;
import static dev.rondo.etcd.kv.Op.get;
import static dev.rondo.etcd.kv.Op.put;
import static dev.rondo.etcd.kv.Op.txn;
import static dev.rondo.etcd.kv.Samples.utf8;
import static dev.rondo.etcd.wire.Compare.CompareResult.EQUAL;
import static dev.rondo.etcd.wire.Compare.CompareResult.GREATER;
import static dev.rondo.etcd.wire.Compare.CompareResult.LESS;
import static dev.rondo.etcd.wire.Compare.CompareResult.NOT_EQUAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.Compare.CompareTarget;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TxnTest {
  private static final Revision FIVE = Revision.of(5);

  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv;

  @AfterEach
  void close() {
    server.close();
  }

  static Stream<Arguments> compares() {
    return Stream.of(
        compare(version("k").isEqualTo(1), EQUAL, CompareTarget.VERSION, c -> c.setVersion(1)),
        compare(
            version(Bytes.utf8("k")).isNotEqualTo(1),
            NOT_EQUAL,
            CompareTarget.VERSION,
            c -> c.setVersion(1)),
        compare(
            version("k").isGreaterThan(1), GREATER, CompareTarget.VERSION, c -> c.setVersion(1)),
        compare(version("k").isLessThan(1), LESS, CompareTarget.VERSION, c -> c.setVersion(1)),
        compare(
            createRevision("k").isEqualTo(FIVE),
            EQUAL,
            CompareTarget.CREATE,
            c -> c.setCreateRevision(5)),
        compare(
            modRevision("k").isNotEqualTo(FIVE),
            NOT_EQUAL,
            CompareTarget.MOD,
            c -> c.setModRevision(5)),
        compare(
            modRevision("k").isLessThan(FIVE), LESS, CompareTarget.MOD, c -> c.setModRevision(5)),
        compare(value("k").isEqualTo("v"), EQUAL, CompareTarget.VALUE, c -> c.setValue(utf8("v"))),
        compare(
            value("k").isNotEqualTo("v"),
            NOT_EQUAL,
            CompareTarget.VALUE,
            c -> c.setValue(utf8("v"))),
        compare(
            value("k").isGreaterThan("v"),
            GREATER,
            CompareTarget.VALUE,
            c -> c.setValue(utf8("v"))),
        compare(value("k").isLessThan("v"), LESS, CompareTarget.VALUE, c -> c.setValue(utf8("v"))),
        compare(
            value("k").isGreaterThan(Bytes.EMPTY),
            GREATER,
            CompareTarget.VALUE,
            c -> c.setValue(utf8(""))),
        compare(
            lease("k").isEqualTo(LeaseId.of(77)), EQUAL, CompareTarget.LEASE, c -> c.setLease(77)),
        compare(
            lease("k").isNotEqualTo(LeaseId.NONE),
            NOT_EQUAL,
            CompareTarget.LEASE,
            c -> c.setLease(0)),
        compare(exists("k"), GREATER, CompareTarget.CREATE, c -> c.setCreateRevision(0)),
        compare(missing("k"), EQUAL, CompareTarget.CREATE, c -> c.setCreateRevision(0)),
        compare(
            missing(KeyRange.prefix("k")),
            EQUAL,
            CompareTarget.CREATE,
            c -> c.setCreateRevision(0).setRangeEnd(utf8("l"))),
        compare(
            version(KeyRange.prefix("k")).isGreaterThan(0),
            GREATER,
            CompareTarget.VERSION,
            c -> c.setVersion(0).setRangeEnd(utf8("l"))));
  }

  private static Arguments compare(
      Compare compare,
      dev.rondo.etcd.wire.Compare.CompareResult result,
      CompareTarget target,
      UnaryOperator<dev.rondo.etcd.wire.Compare.Builder> operand) {
    var sent =
        dev.rondo.etcd.wire.Compare.newBuilder()
            .setKey(utf8("k"))
            .setResult(result)
            .setTarget(target);
    return arguments(compare, operand.apply(sent).build());
  }

  @ParameterizedTest
  @MethodSource("compares")
  void sendsEachComparison(Compare compare, dev.rondo.etcd.wire.Compare sent) {
    kv.txn().when(compare).then(get("k")).commit();

    assertThat(server.received(KVGrpc.getTxnMethod()).getCompareList()).containsExactly(sent);
  }

  @Test
  void sendsOperationsInTheirOrderAndBranch() {
    kv.txn()
        .when(exists("a"), exists("b"))
        .then(put("k", "v", put -> put.lease(LeaseId.of(7))), delete(KeyRange.prefix("d")))
        .orElse(get(KeyRange.prefix("g"), get -> get.limit(3)))
        .orElse(txn(Txn.when(missing("n")).then(put("n", "1")).orElse(delete("n"))))
        .commit();

    TxnRequest sent = server.received(KVGrpc.getTxnMethod());
    assertThat(sent.getCompareList())
        .extracting(compare -> compare.getKey().toStringUtf8())
        .containsExactly("a", "b");
    assertThat(sent.getSuccessList())
        .containsExactly(
            op(PutRequest.newBuilder().setKey(utf8("k")).setValue(utf8("v")).setLease(7).build()),
            op(DeleteRangeRequest.newBuilder().setKey(utf8("d")).setRangeEnd(utf8("e")).build()));
    assertThat(sent.getFailureList())
        .containsExactly(
            RequestOp.newBuilder()
                .setRequestRange(
                    RangeRequest.newBuilder().setKey(utf8("g")).setRangeEnd(utf8("h")).setLimit(3))
                .build(),
            RequestOp.newBuilder()
                .setRequestTxn(
                    TxnRequest.newBuilder()
                        .addCompare(
                            dev.rondo.etcd.wire.Compare.newBuilder()
                                .setKey(utf8("n"))
                                .setTarget(CompareTarget.CREATE)
                                .setCreateRevision(0))
                        .addSuccess(
                            op(
                                PutRequest.newBuilder()
                                    .setKey(utf8("n"))
                                    .setValue(utf8("1"))
                                    .build()))
                        .addFailure(op(DeleteRangeRequest.newBuilder().setKey(utf8("n")).build())))
                .build());
  }

  private static RequestOp op(PutRequest put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(DeleteRangeRequest delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  @Test
  void givesEachResultItsTypeAndAWholeHeader() {
    server.answer(
        KVGrpc.getTxnMethod(),
        TxnResponse.newBuilder()
            .setHeader(Samples.WIRE_HEADER)
            .setSucceeded(true)
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseRange(
                        RangeResponse.newBuilder()
                            .setHeader(
                                dev.rondo.etcd.wire.ResponseHeader.newBuilder().setRevision(29))
                            .addKvs(Samples.WIRE_KEY_VALUE)))
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponsePut(PutResponse.newBuilder().setPrevKv(Samples.WIRE_KEY_VALUE)))
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseDeleteRange(DeleteRangeResponse.newBuilder().setDeleted(4)))
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseTxn(
                        TxnResponse.newBuilder()
                            .addResponses(
                                ResponseOp.newBuilder()
                                    .setResponsePut(PutResponse.getDefaultInstance()))))
            .build());

    TxnResult result = kv.txn().then(get("k")).commit();

    assertThat(result.succeeded()).isTrue();
    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(result.results()).hasSize(4);
    assertThat(result.get(0).kvs()).containsExactly(Samples.KEY_VALUE);
    assertThat(result.get(0).header())
        .isEqualTo(new ResponseHeader(-1, MemberId.of(2), Revision.of(29), 4));
    assertThat(result.put(1).previous()).contains(Samples.KEY_VALUE);
    assertThat(result.put(1).header()).isEqualTo(Samples.HEADER);
    assertThat(result.delete(2).deleted()).isEqualTo(4);
    assertThat(result.txn(3).succeeded()).isFalse();
    assertThat(result.txn(3).put(0).header()).isEqualTo(Samples.HEADER);
  }

  @Test
  void saysWhatAResultIsInPlaceOfWhatWasWanted() {
    var put = new OpResult.Put(new PutResult(Samples.HEADER, Optional.empty()));
    var result = new TxnResult(Samples.HEADER, false, List.of(put));

    assertThatThrownBy(() -> result.get(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("result 0 of orElse must be a get, was a put");
    assertThatThrownBy(() -> result.delete(0))
        .hasMessage("result 0 of orElse must be a delete, was a put");
    assertThatThrownBy(() -> result.txn(0))
        .hasMessage("result 0 of orElse must be a txn, was a put");
    assertThatThrownBy(() -> result.put(1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("index must be that of one of 1 results, was 1");
    assertThatThrownBy(() -> result.put(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void failsWhereTheAnswerLacksAResult() {
    server.answer(
        KVGrpc.getTxnMethod(),
        TxnResponse.newBuilder().addResponses(ResponseOp.getDefaultInstance()).build());

    assertThatThrownBy(() -> kv.txn().then(get("k")).commit())
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER));
  }

  @Test
  void refusesATransactionOfNothing() {
    assertThatThrownBy(() -> kv.txn().commit())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a transaction must have at least one comparison or operation, was empty");
    assertThatThrownBy(() -> txn(Txn.when())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kv.async().txn(Txn.of())).isInstanceOf(IllegalArgumentException.class);
    assertThat(server.script.calls()).isEmpty();
  }

  @Test
  void refusesBadPartsWhenTheyAreGiven() {
    assertThatThrownBy(() -> version("k").isEqualTo(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("version must be at least 0, was -1");
    assertThatThrownBy(() -> put("", "v"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key must have at least one byte, was empty");
    assertThatThrownBy(() -> missing("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> put("k", "v", put -> put.ignoreValue()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverShowsKeysOrValues() {
    Txn txn = Txn.when(value("secret").isEqualTo("hunter2")).then(put("secret", "hunter3"));

    assertThat(txn.toString()).doesNotContain("secret", "hunter2", "hunter3");
  }

  @Test
  void isAValueThatDoesNotChange() {
    Txn claim = Txn.when(missing("a")).then(put("a", "1"));

    Txn more = claim.and(exists("b")).then(put("c", "2")).orElse(get("a"));

    assertThat(claim.compares()).hasSize(1);
    assertThat(claim.success()).hasSize(1);
    assertThat(claim.failure()).isEmpty();
    assertThat(more.compares()).hasSize(2);
    assertThat(more.success()).hasSize(2);
    assertThat(more.failure()).hasSize(1);
  }
}
