package dev.rondo.etcd.lease;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.balancer.internal.Wire;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import dev.rondo.etcd.wire.TxnResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the keys of a {@link HealedLease}. Each does no harm when it is done twice, as
 * long as one call for a key follows the other.
 */
final class BindingRpcs {
  static final String OPERATION = "lease bind";
  private static final Rpc<PutRequest, PutResponse> PUT =
      Rpc.repeatable(OPERATION, KVGrpc.getPutMethod(), PutResponse::getHeader);
  private static final Rpc<TxnRequest, TxnResponse> RESTORE =
      Rpc.repeatable(OPERATION, KVGrpc.getTxnMethod(), TxnResponse::getHeader);
  private static final Rpc<TxnRequest, TxnResponse> DELETE =
      Rpc.repeatable("lease unbind", KVGrpc.getTxnMethod(), TxnResponse::getHeader);

  private BindingRpcs() {}

  /** A key was not bound, or unbound, as far as is known. */
  static EtcdException failure(Code code, String detail, @Nullable EtcdException cause) {
    return new EtcdException(
        code, WriteOutcome.UNKNOWN, new EtcdException.Call(OPERATION, null, 0), detail, cause);
  }

  /** Puts the key, whatever it was before. */
  static CompletableFuture<BoundKey.State> put(Calls calls, LeaseId id, Bytes key, Bytes value) {
    return calls.call(PUT, put(id, key, value), answer -> BoundKey.State.BOUND);
  }

  private static PutRequest put(LeaseId id, Bytes key, Bytes value) {
    return PutRequest.newBuilder()
        .setKey(Wire.bytes(key))
        .setValue(Wire.bytes(value))
        .setLease(id.value())
        .build();
  }

  /** Puts the key if it is not there, or under this lease already. */
  static CompletableFuture<BoundKey.State> restore(
      Calls calls, LeaseId id, Bytes key, Bytes value) {
    RequestOp put = RequestOp.newBuilder().setRequestPut(put(id, key, value)).build();
    TxnRequest ifAbsent = TxnRequest.newBuilder().addCompare(absent(key)).addSuccess(put).build();
    TxnRequest unlessTaken =
        TxnRequest.newBuilder()
            .addCompare(isUnder(id, key))
            .addSuccess(put)
            .addFailure(RequestOp.newBuilder().setRequestTxn(ifAbsent))
            .build();
    return calls.call(RESTORE, unlessTaken, BindingRpcs::restored);
  }

  private static BoundKey.State restored(TxnResponse answer) {
    boolean isPut =
        answer.getSucceeded()
            || (answer.getResponsesCount() == 1
                && answer.getResponses(0).getResponseTxn().getSucceeded());
    return isPut ? BoundKey.State.BOUND : BoundKey.State.TAKEN;
  }

  /** Deletes the key if it is under this lease. */
  static CompletableFuture<BoundKey.State> delete(Calls calls, LeaseId id, Bytes key) {
    DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(Wire.bytes(key)).build();
    TxnRequest ifOurs =
        TxnRequest.newBuilder()
            .addCompare(isUnder(id, key))
            .addSuccess(RequestOp.newBuilder().setRequestDeleteRange(delete))
            .build();
    return calls.call(DELETE, ifOurs, answer -> BoundKey.State.PENDING);
  }

  private static Compare isUnder(LeaseId id, Bytes key) {
    return equal(key).setTarget(Compare.CompareTarget.LEASE).setLease(id.value()).build();
  }

  private static Compare absent(Bytes key) {
    return equal(key).setTarget(Compare.CompareTarget.VERSION).setVersion(0).build();
  }

  private static Compare.Builder equal(Bytes key) {
    ByteString bytes = Wire.bytes(key);
    return Compare.newBuilder().setKey(bytes).setResult(Compare.CompareResult.EQUAL);
  }
}
