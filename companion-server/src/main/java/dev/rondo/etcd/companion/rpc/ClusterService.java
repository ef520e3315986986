package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.companion.membership.PeerUrls;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberAddResponse;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MemberListResponse;
import dev.rondo.etcd.wire.MemberPromoteRequest;
import dev.rondo.etcd.wire.MemberPromoteResponse;
import dev.rondo.etcd.wire.MemberRemoveRequest;
import dev.rondo.etcd.wire.MemberRemoveResponse;
import dev.rondo.etcd.wire.MemberUpdateRequest;
import dev.rondo.etcd.wire.MemberUpdateResponse;
import io.grpc.stub.StreamObserver;

/** Who belongs to the cluster. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final Engine engine;

  ClusterService(Engine engine) {
    this.engine = engine;
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> client) {
    UnaryAnswer.send(
        client,
        () -> {
          var urls = PeerUrls.check(request.getPeerURLsList());
          return engine.memberAdd(request.toBuilder().clearPeerURLs().addAllPeerURLs(urls).build());
        });
  }

  @Override
  public void memberRemove(
      MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> client) {
    UnaryAnswer.send(client, () -> engine.memberRemove(request));
  }

  /** Takes any URLs, unlike {@link #memberAdd}, as etcd 3.5 does. */
  @Override
  public void memberUpdate(
      MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> client) {
    UnaryAnswer.send(client, () -> engine.memberUpdate(request));
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
    UnaryAnswer.send(client, () -> engine.memberList(request));
  }

  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> client) {
    UnaryAnswer.send(client, () -> engine.memberPromote(request));
  }
}
