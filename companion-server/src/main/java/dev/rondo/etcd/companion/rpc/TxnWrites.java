package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys that a list of operations may write, those of nested transactions included: none may be
 * put twice, or both put and deleted.
 *
 * <p>Follows etcd 3.5 to the letter, where it is lax too: what one nested transaction puts may be
 * deleted by the next, though not the other way round.
 */
final class TxnWrites {
  private final Set<ByteString> puts = new HashSet<>();
  private final KeyIntervals deletes = new KeyIntervals();

  private TxnWrites(List<RequestOp> operations) {
    operations.stream()
        .filter(RequestOp::hasRequestDeleteRange)
        .forEach(operation -> delete(operation.getRequestDeleteRange()));
    operations.stream()
        .filter(RequestOp::hasRequestTxn)
        .forEach(operation -> nest(operation.getRequestTxn()));
    operations.stream()
        .filter(RequestOp::hasRequestPut)
        .forEach(operation -> put(operation.getRequestPut().getKey()));
  }

  /**
   * Checks the operations of one branch.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException DUPLICATE_KEY
   */
  static void check(List<RequestOp> operations) {
    new TxnWrites(operations);
  }

  private void delete(DeleteRangeRequest request) {
    if (request.getRangeEnd().isEmpty()) {
      deletes.add(request.getKey());
    } else {
      // The zero byte, which means no end elsewhere, is not special to etcd here.
      deletes.add(request.getKey(), request.getRangeEnd());
    }
  }

  private void nest(TxnRequest txn) {
    var then = new TxnWrites(txn.getSuccessList());
    var otherwise = new TxnWrites(txn.getFailureList());
    then.puts.forEach(this::put);
    // Only one of the branches happens, so both may put the same key.
    otherwise.puts.stream().filter(key -> !then.puts.contains(key)).forEach(this::put);
    deletes.addAll(then.deletes);
    deletes.addAll(otherwise.deletes);
  }

  private void put(ByteString key) {
    if (deletes.contains(key) || !puts.add(key)) {
      throw EtcdError.DUPLICATE_KEY.exception();
    }
  }
}
