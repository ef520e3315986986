package dev.rondo.etcd.lease;

import dev.rondo.etcd.balancer.internal.Rpc;
import dev.rondo.etcd.wire.LeaseGrantRequest;
import dev.rondo.etcd.wire.LeaseGrantResponse;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.LeaseLeasesRequest;
import dev.rondo.etcd.wire.LeaseLeasesResponse;
import dev.rondo.etcd.wire.LeaseRevokeRequest;
import dev.rondo.etcd.wire.LeaseRevokeResponse;
import dev.rondo.etcd.wire.LeaseTimeToLiveRequest;
import dev.rondo.etcd.wire.LeaseTimeToLiveResponse;

/** The RPCs of etcd's Lease service. */
final class LeaseRpcs {
  /** Repeatable because the id is in the request. */
  static final Rpc<LeaseGrantRequest, LeaseGrantResponse> GRANT =
      Rpc.repeatable("lease grant", LeaseGrpc.getLeaseGrantMethod(), LeaseGrantResponse::getHeader);

  static final Rpc<LeaseRevokeRequest, LeaseRevokeResponse> REVOKE =
      Rpc.repeatable(
          "lease revoke", LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeResponse::getHeader);

  static final Rpc<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> TIME_TO_LIVE =
      Rpc.read(
          "lease time to live",
          LeaseGrpc.getLeaseTimeToLiveMethod(),
          LeaseTimeToLiveResponse::getHeader);

  static final Rpc<LeaseLeasesRequest, LeaseLeasesResponse> LIST =
      Rpc.read("lease list", LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesResponse::getHeader);

  static final Rpc<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE =
      Rpc.repeatable(
          "lease keep-alive",
          LeaseGrpc.getLeaseKeepAliveMethod(),
          LeaseKeepAliveResponse::getHeader);

  private LeaseRpcs() {}
}
