package dev.rondo.etcd.companion.engine;

import static dev.rondo.etcd.companion.engine.LoneMember.assertRefused;
import static dev.rondo.etcd.companion.engine.LoneMember.bytes;
import static dev.rondo.etcd.companion.engine.LoneMember.deleteOf;
import static dev.rondo.etcd.companion.engine.LoneMember.done;
import static dev.rondo.etcd.companion.engine.LoneMember.putOf;
import static dev.rondo.etcd.companion.engine.LoneMember.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.Compare.CompareResult;
import dev.rondo.etcd.wire.Compare.CompareTarget;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TxnTest {
  private final LoneMember member = new LoneMember();
  private final Engine engine = member.engine;

  @AfterEach
  void close() {
    member.close();
  }

  private static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static RequestOp op(DeleteRangeRequest.Builder delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  private static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  private static TxnRequest.Builder success(RequestOp... ops) {
    var txn = TxnRequest.newBuilder();
    for (var op : ops) {
      txn.addSuccess(op);
    }
    return txn;
  }

  private TxnResponse run(TxnRequest.Builder txn) {
    return done(engine.txn(txn.build()));
  }

  private static Compare.Builder compare(String key, CompareTarget target, CompareResult result) {
    return Compare.newBuilder().setKey(bytes(key)).setTarget(target).setResult(result);
  }

  private boolean holds(Compare.Builder compare) {
    return run(TxnRequest.newBuilder().addCompare(compare)).getSucceeded();
  }

  @Test
  void innerAnswersTellNothingButTheirRevision() {
    var response =
        run(
            success(
                op(putOf("a", "1")),
                op(rangeOf("a")),
                op(success(op(putOf("b", "1")), op(rangeOf("b")))),
                op(deleteOf("z"))));

    assertThat(response.getHeader().getMemberId()).isEqualTo(LoneMember.ID);
    assertThat(response.getHeader().getRevision()).isEqualTo(2);
    var put = response.getResponses(0).getResponsePut();
    assertThat(put.getHeader()).isEqualTo(Headers.inner(2));
    var range = response.getResponses(1).getResponseRange();
    assertThat(range.getHeader()).isEqualTo(Headers.inner(2));
    assertThat(range.getKvs(0).getModRevision()).isEqualTo(2);
    var nested = response.getResponses(2).getResponseTxn();
    assertThat(nested.hasHeader()).isTrue();
    assertThat(nested.getHeader()).isEqualTo(Headers.inner(0));
    assertThat(nested.getResponses(0).getResponsePut().getHeader()).isEqualTo(Headers.inner(2));
    assertThat(response.getResponses(3).getResponseDeleteRange().getHeader())
        .isEqualTo(Headers.inner(2));
  }

  @Test
  void rangesBeforeTheFirstChangeSeeTheRevisionBefore() {
    member.put("a", "1");

    var response = run(success(op(rangeOf("a")), op(putOf("a", "2")), op(rangeOf("a"))));

    assertThat(response.getResponses(0).getResponseRange().getHeader()).isEqualTo(Headers.inner(2));
    assertThat(response.getResponses(0).getResponseRange().getKvs(0).getValue())
        .isEqualTo(bytes("1"));
    assertThat(response.getResponses(2).getResponseRange().getHeader()).isEqualTo(Headers.inner(3));
    assertThat(response.getResponses(2).getResponseRange().getKvs(0).getValue())
        .isEqualTo(bytes("2"));
  }

  @Test
  void allChangesAreOneRevision() {
    run(success(op(putOf("a", "1")), op(putOf("b", "1")), op(success(op(putOf("c", "1"))))));

    assertThat(member.get(rangeOf("a", "z")).getKvsList())
        .allSatisfy(keyValue -> assertThat(keyValue.getModRevision()).isEqualTo(2));
    assertThat(member.store.revision()).isEqualTo(2);
  }

  @Test
  void aBranchThatChangesNothingIsNoNewRevision() {
    member.put("a", "1");

    var response = run(success(op(deleteOf("z"))));

    assertThat(response.getHeader().getRevision()).isEqualTo(2);
    assertThat(member.store.revision()).isEqualTo(2);
  }

  @Test
  void aFailedConditionRunsTheOtherBranch() {
    member.put("a", "1");
    var txn =
        success(op(putOf("a", "2")))
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(2))
            .addFailure(op(rangeOf("a")));

    var response = run(txn);

    assertThat(response.getSucceeded()).isFalse();
    assertThat(response.getResponses(0).getResponseRange().getKvs(0).getValue())
        .isEqualTo(bytes("1"));
    assertThat(member.store.revision()).isEqualTo(2);
  }

  @Test
  void conditionsCompareEachTarget() {
    member.grant(7, 10);
    member.put("a", "m");
    member.put("a", "m", 7);

    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(2)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.CREATE, CompareResult.LESS).setCreateRevision(3)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.MOD, CompareResult.GREATER).setModRevision(2)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.MOD, CompareResult.GREATER).setModRevision(3)))
        .isFalse();
    assertThat(holds(compare("a", CompareTarget.LEASE, CompareResult.EQUAL).setLease(7))).isTrue();
    assertThat(
            holds(compare("a", CompareTarget.VALUE, CompareResult.NOT_EQUAL).setValue(bytes("n"))))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.VALUE, CompareResult.LESS).setValue(bytes("n"))))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.VALUE, CompareResult.GREATER).setValue(bytes("n"))))
        .isFalse();
  }

  @Test
  void valuesAreComparedAsUnsignedBytes() {
    member.put("a", "\u00ff");

    assertThat(holds(compare("a", CompareTarget.VALUE, CompareResult.GREATER).setValue(bytes("a"))))
        .isTrue();
  }

  @Test
  void aMissingKeyHasZerosButNoValue() {
    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(0)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.CREATE, CompareResult.EQUAL).setCreateRevision(0)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.LEASE, CompareResult.EQUAL).setLease(0))).isTrue();
    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.GREATER).setVersion(0)))
        .isFalse();
    assertThat(holds(compare("a", CompareTarget.VALUE, CompareResult.EQUAL).setValue(bytes(""))))
        .isFalse();
    assertThat(
            holds(compare("a", CompareTarget.VALUE, CompareResult.NOT_EQUAL).setValue(bytes("x"))))
        .isFalse();
  }

  @Test
  void aConditionOnARangeMustHoldForEachKey() {
    member.put("a", "1");
    member.put("b", "1");
    member.put("b", "2");
    var all = compare("a", CompareTarget.VERSION, CompareResult.GREATER).setRangeEnd(bytes("z"));

    assertThat(holds(all.setVersion(0))).isTrue();
    assertThat(holds(all.setVersion(1))).isFalse();
  }

  @Test
  void nestedConditionsSeeTheKeysAsTheyWereBefore() {
    var isMissing = compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(0);
    var nested = success(op(putOf("b", "1"))).addCompare(isMissing);

    var response = run(success(op(putOf("a", "1")), op(nested)));

    assertThat(response.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
    assertThat(member.get(rangeOf("b")).getCount()).isEqualTo(1);
  }

  @Test
  void oneRefusalRefusesAll() {
    member.put("a", "1");

    assertRefused(
        engine.txn(success(op(putOf("a", "2")), op(putOf("b", "1").setLease(9))).build()),
        EtcdError.LEASE_NOT_FOUND);
    assertRefused(
        engine.txn(success(op(putOf("a", "2")), op(putOf("b", "").setIgnoreValue(true))).build()),
        EtcdError.KEY_NOT_FOUND);
    assertRefused(
        engine.txn(success(op(putOf("a", "2")), op(rangeOf("a").setRevision(9))).build()),
        EtcdError.FUTURE_REVISION);
    assertRefused(
        engine.txn(
            success(op(putOf("a", "2")), op(success(op(rangeOf("a").setRevision(9))))).build()),
        EtcdError.FUTURE_REVISION);
    assertThat(member.get(rangeOf("a")).getKvs(0).getValue()).isEqualTo(bytes("1"));
    assertThat(member.store.revision()).isEqualTo(2);
  }

  @Test
  void putsAreCheckedBeforeRanges() {
    var txn = success(op(rangeOf("a").setRevision(9)), op(putOf("b", "1").setLease(9)));

    assertRefused(engine.txn(txn.build()), EtcdError.LEASE_NOT_FOUND);
  }

  @Test
  void aRefusedTransactionLeavesKeysOnTheirLeases() {
    member.grant(7, 10);
    member.grant(8, 10);
    member.put("a", "1", 7);
    var txn = success(op(putOf("a", "2").setLease(8)), op(putOf("b", "1").setLease(9)));

    assertRefused(engine.txn(txn.build()), EtcdError.LEASE_NOT_FOUND);

    assertThat(member.leases.times(7).orElseThrow().keys()).containsExactly(bytes("a"));
    assertThat(member.leases.times(8).orElseThrow().keys()).isEmpty();
  }

  @Test
  void onlyTheChosenBranchIsChecked() {
    var txn =
        TxnRequest.newBuilder()
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(0))
            .addFailure(op(putOf("b", "1").setLease(9)));

    assertThat(run(txn).getSucceeded()).isTrue();
  }

  @Test
  void keysAreMissedBeforeLeases() {
    assertRefused(
        engine.txn(success(op(putOf("b", "").setIgnoreValue(true).setLease(9))).build()),
        EtcdError.KEY_NOT_FOUND);
  }

  @Test
  void whatOnlyReadsIsNotProposed() {
    member.put("a", "1");
    int before = member.consensus.proposals;

    var response = run(success(op(rangeOf("a"))));
    var serializable = run(success(op(rangeOf("a").setSerializable(true))));

    assertThat(member.consensus.proposals).isEqualTo(before);
    assertThat(member.consensus.reads).isEqualTo(1);
    assertThat(response.getHeader().getRevision()).isEqualTo(2);
    assertThat(response.getResponses(0).getResponseRange().getHeader()).isEqualTo(Headers.inner(2));
    assertThat(serializable.getResponsesCount()).isEqualTo(1);
  }

  @Test
  void whatOnlyReadsIsCheckedToo() {
    assertRefused(
        engine.txn(success(op(rangeOf("a").setRevision(9))).build()), EtcdError.FUTURE_REVISION);
  }

  @Test
  void aTransactionThatNestsAnotherIsProposedEvenIfBothOnlyRead() {
    int before = member.consensus.proposals;

    run(success(op(success(op(rangeOf("a"))))));

    assertThat(member.consensus.proposals).isEqualTo(before + 1);
  }
}
