package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import java.util.List;

/**
 * Refuses what etcd 3.5 refuses of a request for keys before it looks at any key, in its order.
 * Each method throws {@link dev.rondo.etcd.companion.error.EtcdErrorException} or does nothing.
 */
final class KvChecks {
  private static final int MAX_TXN_OPS = 128;

  private KvChecks() {}

  static void check(RangeRequest request) {
    checkKey(request.getKey());
  }

  static void check(PutRequest request) {
    checkKey(request.getKey());
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      throw EtcdError.VALUE_PROVIDED.exception();
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      throw EtcdError.LEASE_PROVIDED.exception();
    }
  }

  static void check(DeleteRangeRequest request) {
    checkKey(request.getKey());
  }

  static void check(TxnRequest request) {
    checkOperations(request, MAX_TXN_OPS);
    // The order spares work: what follows is known to be short.
    TxnWrites.check(request.getSuccessList());
    TxnWrites.check(request.getFailureList());
  }

  /** A nested transaction may be as long as the longest list around it leaves room for. */
  private static void checkOperations(TxnRequest request, int allowed) {
    int longest =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (longest > allowed) {
      throw EtcdError.TOO_MANY_OPS.exception();
    }
    for (Compare compare : request.getCompareList()) {
      checkKey(compare.getKey());
    }
    checkEach(request.getSuccessList(), allowed - longest);
    checkEach(request.getFailureList(), allowed - longest);
  }

  private static void checkEach(List<RequestOp> operations, int allowedNested) {
    for (RequestOp operation : operations) {
      switch (operation.getRequestCase()) {
        case REQUEST_RANGE -> check(operation.getRequestRange());
        case REQUEST_PUT -> check(operation.getRequestPut());
        case REQUEST_DELETE_RANGE -> check(operation.getRequestDeleteRange());
        case REQUEST_TXN -> checkOperations(operation.getRequestTxn(), allowedNested);
        case REQUEST_NOT_SET -> throw EtcdError.KEY_NOT_FOUND.exception();
      }
    }
  }

  private static void checkKey(ByteString key) {
    if (key.isEmpty()) {
      throw EtcdError.EMPTY_KEY.exception();
    }
  }
}
