package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import java.util.stream.Stream;

/** What members refuse while an alarm is raised, in either branch of a transaction. */
final class Alarms {
  private Alarms() {}

  /** Whatever makes the store grow. */
  static boolean isRefusedWithoutSpace(Command command) {
    return switch (command.getChangeCase()) {
      case PUT, LEASE_GRANT -> true;
      case TXN -> puts(command.getTxn());
      default -> false;
    };
  }

  /** Whatever depends on the store or changes it. */
  static boolean isRefusedWhenCorrupt(Command command) {
    return switch (command.getChangeCase()) {
      case PUT, DELETE_RANGE, TXN, COMPACT, LEASE_GRANT, LEASE_REVOKE -> true;
      default -> false;
    };
  }

  private static boolean puts(TxnRequest txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .anyMatch(Alarms::puts);
  }

  private static boolean puts(RequestOp op) {
    return op.hasRequestPut() || (op.hasRequestTxn() && puts(op.getRequestTxn()));
  }
}
