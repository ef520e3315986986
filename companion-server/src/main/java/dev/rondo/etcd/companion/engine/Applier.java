package dev.rondo.etcd.companion.engine;

import com.google.protobuf.MessageLite;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.membership.Members;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.AlarmType;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.CompactionResponse;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.LeaseCheckpointRequest;
import dev.rondo.etcd.wire.LeaseCheckpointResponse;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseRevokeResponse;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands, each the same way on every member: without a clock, and by nothing but what was
 * applied before. For the applying thread.
 */
final class Applier {
  private static final Logger log = LoggerFactory.getLogger(Applier.class);

  private final Store store;
  private final Lessor leases;
  private final Headers headers;
  private final Txns txns;
  private final MemberChanges members;
  private final Members table;

  Applier(Store store, Lessor leases, Members table, Headers headers, MemberChanges members) {
    this.store = store;
    this.leases = leases;
    this.table = table;
    this.headers = headers;
    this.txns = new Txns(store, leases, headers);
    this.members = members;
  }

  /** Never throws: a refusal is an outcome. */
  Outcome apply(Command command) {
    try {
      refuseUnderAlarm(command);
      return new Outcome.Answer(run(command));
    } catch (EtcdErrorException e) {
      return new Outcome.Refusal(e);
    } catch (RuntimeException e) {
      // A fault of ours, which all members share. The change was taken back; let the others live.
      log.error("a {} could not be applied", command.getChangeCase(), e);
      return new Outcome.Refusal(
          Status.INTERNAL.withDescription("the request could not be applied").asRuntimeException());
    }
  }

  private void refuseUnderAlarm(Command command) {
    if (table.isAlarmed(AlarmType.CORRUPT) && Alarms.isRefusedWhenCorrupt(command)) {
      throw EtcdError.CORRUPT.exception();
    }
    if (table.isAlarmed(AlarmType.NOSPACE) && Alarms.isRefusedWithoutSpace(command)) {
      throw EtcdError.NO_SPACE.exception();
    }
  }

  private MessageLite run(Command command) {
    return switch (command.getChangeCase()) {
      case PUT -> put(command.getPut());
      case DELETE_RANGE -> delete(command.getDeleteRange());
      case TXN -> txns.write(command.getTxn());
      case COMPACT -> compact(command.getCompact());
      case LEASE_GRANT -> grant(command.getLeaseGrant());
      case LEASE_REVOKE -> revoke(command.getLeaseRevoke());
      case LEASE_CHECKPOINT -> checkpoint(command.getLeaseCheckpoint());
      case ALARM -> members.alarm(command.getAlarm());
      case MEMBER_ADD -> members.add(command.getMemberAdd());
      case MEMBER_REMOVE -> members.remove(command.getMemberRemove());
      case MEMBER_UPDATE -> members.update(command.getMemberUpdate());
      case MEMBER_PROMOTE -> members.promote(command.getMemberPromote());
      case MEMBER_PUBLISH -> members.publish(command.getMemberPublish());
      case CHANGE_NOT_SET -> throw new IllegalStateException("a command without a change");
    };
  }

  private PutResponse put(PutRequest request) {
    if (request.getLease() != Writes.NO_LEASE && !leases.exists(request.getLease())) {
      throw EtcdError.LEASE_NOT_FOUND.exception();
    }
    try (var change = store.begin()) {
      var response = new Writes(change, leases).put(request);
      return response.setHeader(headers.at(change.commit())).build();
    }
  }

  private DeleteRangeResponse delete(DeleteRangeRequest request) {
    try (var change = store.begin()) {
      var response = new Writes(change, leases).delete(request);
      return response.setHeader(headers.at(change.commit())).build();
    }
  }

  private CompactionResponse compact(CompactionRequest request) {
    store.compact(request.getRevision());
    return CompactionResponse.newBuilder().setHeader(headers.now()).build();
  }

  private LeaseGrantResponse grant(LeaseGrantRequest request) {
    long ttl = leases.grant(request.getID(), request.getTTL());
    return LeaseGrantResponse.newBuilder()
        .setHeader(headers.now())
        .setID(request.getID())
        .setTTL(ttl)
        .build();
  }

  private LeaseRevokeResponse revoke(LeaseRevokeRequest request) {
    var keys = leases.revoke(request.getID());
    try (var change = store.begin()) {
      for (var key : keys) {
        change.delete(Interval.of(key));
      }
      return LeaseRevokeResponse.newBuilder().setHeader(headers.at(change.commit())).build();
    }
  }

  private LeaseCheckpointResponse checkpoint(LeaseCheckpointRequest request) {
    for (var checkpoint : request.getCheckpointsList()) {
      leases.checkpoint(checkpoint.getID(), checkpoint.getRemainingTTL());
    }
    return LeaseCheckpointResponse.newBuilder().setHeader(headers.now()).build();
  }
}
