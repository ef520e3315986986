package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmRequest.AlarmAction;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import java.util.List;
import java.util.Optional;

/**
 * Keeps this member's store below a size: who would let it grow beyond is refused, and the alarm is
 * raised for all members. What a request costs is reckoned as etcd does.
 */
final class Quota {
  private static final long LEASE_COST = 64;
  private static final long KEY_COST = 256;

  private final EngineSettings settings;
  private final Store store;
  private final Proposals proposals;

  Quota(EngineSettings settings, Store store, Proposals proposals) {
    this.settings = settings;
    this.store = store;
    this.proposals = proposals;
  }

  /** Why a change must not be made, if so. */
  Optional<RuntimeException> refusal(Command.Builder change) {
    long cost = cost(change);
    if (cost == 0 || store.size() + cost <= settings.quota()) {
      return Optional.empty();
    }
    var alarm =
        AlarmRequest.newBuilder()
            .setAction(AlarmAction.ACTIVATE)
            .setAlarm(AlarmType.NOSPACE)
            .setMemberID(settings.memberId());
    var unused = proposals.propose(Command.newBuilder().setAlarm(alarm));
    return Optional.of(EtcdError.NO_SPACE.exception());
  }

  private static long cost(Command.Builder change) {
    return switch (change.getChangeCase()) {
      case PUT -> cost(change.getPut());
      case TXN -> cost(change.getTxn());
      case LEASE_GRANT -> LEASE_COST;
      default -> 0;
    };
  }

  private static long cost(PutRequest put) {
    return KEY_COST + put.getKey().size() + put.getValue().size();
  }

  private static long cost(TxnRequest txn) {
    return Math.max(cost(txn.getSuccessList()), cost(txn.getFailureList()));
  }

  private static long cost(List<RequestOp> operations) {
    long sum = 0;
    for (var operation : operations) {
      if (operation.hasRequestPut()) {
        sum += cost(operation.getRequestPut());
      } else if (operation.hasRequestTxn()) {
        sum += cost(operation.getRequestTxn());
      }
    }
    return sum;
  }
}
