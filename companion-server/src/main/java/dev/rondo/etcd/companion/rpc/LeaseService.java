package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
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
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Leases, and the streams that keep them alive. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
  private final Engine engine;

  LeaseService(Engine engine) {
    this.engine = engine;
  }

  @Override
  public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> client) {
    UnaryAnswer.send(client, () -> engine.leaseGrant(request));
  }

  @Override
  public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> client) {
    UnaryAnswer.send(client, () -> engine.leaseRevoke(request));
  }

  @Override
  public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
      StreamObserver<LeaseKeepAliveResponse> client) {
    return KeepAliveStream.open(
        engine::leaseRenew, (ServerCallStreamObserver<LeaseKeepAliveResponse>) client);
  }

  @Override
  public void leaseTimeToLive(
      LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> client) {
    UnaryAnswer.send(client, () -> engine.leaseTimeToLive(request));
  }

  @Override
  public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> client) {
    UnaryAnswer.send(client, engine::leaseLeases);
  }
}
