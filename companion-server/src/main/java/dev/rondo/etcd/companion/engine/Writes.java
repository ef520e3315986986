package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.DeleteRangeRequest;
import dev.rondo.etcd.wire.DeleteRangeResponse;
import dev.rondo.etcd.wire.KeyValue;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import org.jspecify.annotations.Nullable;

/** Puts and deletes within one change of the store, and keeps leases and their keys together. */
final class Writes {
  static final long NO_LEASE = 0;

  private final Store.Transaction change;
  private final Lessor leases;

  Writes(Store.Transaction change, Lessor leases) {
    this.change = change;
    this.leases = leases;
  }

  /**
   * The caller has checked that the lease is there, and fills in the header.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException KEY_NOT_FOUND, with nothing changed
   */
  PutResponse.Builder put(PutRequest request) {
    var key = request.getKey();
    var previous = change.get(key);
    if (previous == null && (request.getIgnoreValue() || request.getIgnoreLease())) {
      throw EtcdError.KEY_NOT_FOUND.exception();
    }
    var value = request.getValue();
    long lease = request.getLease();
    if (previous != null && request.getIgnoreValue()) {
      value = previous.getValue();
    }
    if (previous != null && request.getIgnoreLease()) {
      lease = previous.getLease();
    }
    change.put(key, value, lease);
    move(key, previous, lease);
    var response = PutResponse.newBuilder();
    if (previous != null && request.getPrevKv()) {
      response.setPrevKv(previous);
    }
    return response;
  }

  private void move(ByteString key, @Nullable KeyValue previous, long lease) {
    long before = previous == null ? NO_LEASE : previous.getLease();
    if (before == lease) {
      return;
    }
    if (before != NO_LEASE) {
      leases.detach(before, key);
    }
    if (lease != NO_LEASE) {
      leases.attach(lease, key);
    }
  }

  /** The caller fills in the header. */
  DeleteRangeResponse.Builder delete(DeleteRangeRequest request) {
    var deleted = change.delete(new Interval(request.getKey(), request.getRangeEnd()));
    for (var keyValue : deleted) {
      if (keyValue.getLease() != NO_LEASE) {
        leases.detach(keyValue.getLease(), keyValue.getKey());
      }
    }
    var response = DeleteRangeResponse.newBuilder().setDeleted(deleted.size());
    if (request.getPrevKv()) {
      response.addAllPrevKvs(deleted);
    }
    return response;
  }
}
