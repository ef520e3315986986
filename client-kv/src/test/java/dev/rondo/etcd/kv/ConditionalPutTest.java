package dev.rondo.etcd.kv;

import static dev.rondo.etcd.kv.Samples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.Compare.CompareTarget;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConditionalPutTest {
  private static final TxnResponse DONE =
      TxnResponse.newBuilder()
          .setHeader(Samples.WIRE_HEADER)
          .setSucceeded(true)
          .addResponses(ResponseOp.newBuilder().setResponsePut(PutResponse.getDefaultInstance()))
          .build();

  private final KvServer server = new KvServer();
  private final KvClient kv = server.kv;

  @AfterEach
  void close() {
    server.close();
  }

  private static TxnResponse refused(RangeResponse.Builder read) {
    return TxnResponse.newBuilder()
        .setHeader(Samples.WIRE_HEADER)
        .addResponses(ResponseOp.newBuilder().setResponseRange(read))
        .build();
  }

  private static TxnRequest request(Compare.Builder condition, PutRequest.Builder put) {
    return TxnRequest.newBuilder()
        .addCompare(condition.setKey(utf8("k")))
        .addSuccess(RequestOp.newBuilder().setRequestPut(put.setKey(utf8("k")).setValue(utf8("v"))))
        .addFailure(
            RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(utf8("k"))))
        .build();
  }

  @Test
  void putsWhatIsAbsent() {
    server.answer(KVGrpc.getTxnMethod(), DONE);

    ConditionalPutResult result = kv.putIfAbsent("k", "v");

    assertThat(result.succeeded()).isTrue();
    assertThat(result.header()).isEqualTo(Samples.HEADER);
    assertThat(result.existing()).isEmpty();
    assertThat(server.received(KVGrpc.getTxnMethod()))
        .isEqualTo(
            request(
                Compare.newBuilder().setTarget(CompareTarget.CREATE).setCreateRevision(0),
                PutRequest.newBuilder()));
  }

  @Test
  void attachesWhatIsAbsentToALease() {
    server.answer(KVGrpc.getTxnMethod(), DONE);

    kv.putIfAbsent("k", "v", LeaseId.of(7));

    assertThat(server.received(KVGrpc.getTxnMethod()).getSuccess(0).getRequestPut().getLease())
        .isEqualTo(7);
  }

  @Test
  void tellsWhatIsThereAlready() {
    server.answer(
        KVGrpc.getTxnMethod(), refused(RangeResponse.newBuilder().addKvs(Samples.WIRE_KEY_VALUE)));

    ConditionalPutResult result = kv.putIfAbsent("k", "v");

    assertThat(result.succeeded()).isFalse();
    assertThat(result.existing()).contains(Samples.KEY_VALUE);
  }

  @Test
  void setsAnExpectedValueAndKeepsTheLease() {
    server.answer(KVGrpc.getTxnMethod(), DONE);

    ConditionalPutResult result = kv.compareAndSet("k", "old", "v");

    assertThat(result.succeeded()).isTrue();
    assertThat(server.received(KVGrpc.getTxnMethod()))
        .isEqualTo(
            request(
                Compare.newBuilder().setTarget(CompareTarget.VALUE).setValue(utf8("old")),
                PutRequest.newBuilder().setIgnoreLease(true)));
  }

  @Test
  void setsAnExpectedRevisionAndKeepsTheLease() {
    server.answer(KVGrpc.getTxnMethod(), refused(RangeResponse.newBuilder()));

    ConditionalPutResult result = kv.compareAndSet("k", Revision.of(20), "v");

    assertThat(result.succeeded()).isFalse();
    assertThat(result.existing()).isEmpty();
    assertThat(server.received(KVGrpc.getTxnMethod()))
        .isEqualTo(
            request(
                Compare.newBuilder().setTarget(CompareTarget.MOD).setModRevision(20),
                PutRequest.newBuilder().setIgnoreLease(true)));
  }

  @Test
  void expectsNoKeyAtRevisionNoneAndSoKeepsNoLease() {
    server.answer(KVGrpc.getTxnMethod(), DONE);

    kv.compareAndSet("k", Revision.NONE, "v");

    assertThat(server.received(KVGrpc.getTxnMethod()))
        .isEqualTo(
            request(
                Compare.newBuilder().setTarget(CompareTarget.MOD).setModRevision(0),
                PutRequest.newBuilder()));
  }

  @Test
  void failsWhereTheAnswerLacksWhatIsThere() {
    server.answer(KVGrpc.getTxnMethod(), TxnResponse.getDefaultInstance());

    assertThatThrownBy(() -> kv.putIfAbsent("k", "v"))
        .isInstanceOfSatisfying(
            EtcdException.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.MALFORMED_ANSWER));
  }
}
