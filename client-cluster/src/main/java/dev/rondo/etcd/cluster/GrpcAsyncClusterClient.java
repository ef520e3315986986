package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Wire.header;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Rpc;
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
import dev.rondo.etcd.wire.ResponseHeader;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** etcd's Cluster service. */
final class GrpcAsyncClusterClient implements AsyncClusterClient {
  private static final Rpc<MemberListRequest, MemberListResponse> LIST =
      Rpc.read("member list", ClusterGrpc.getMemberListMethod(), MemberListResponse::getHeader);
  private static final Rpc<MemberListRequest, MemberListResponse> LIST_LOCALLY =
      Rpc.voterRead(
          "member list", ClusterGrpc.getMemberListMethod(), MemberListResponse::getHeader);
  private static final Rpc<MemberAddRequest, MemberAddResponse> ADD =
      Rpc.write("member add", ClusterGrpc.getMemberAddMethod(), MemberAddResponse::getHeader);
  private static final Rpc<MemberPromoteRequest, MemberPromoteResponse> PROMOTE =
      Rpc.write(
          "member promote", ClusterGrpc.getMemberPromoteMethod(), MemberPromoteResponse::getHeader);
  private static final Rpc<MemberUpdateRequest, MemberUpdateResponse> UPDATE =
      Rpc.write(
          "member update", ClusterGrpc.getMemberUpdateMethod(), MemberUpdateResponse::getHeader);
  private static final Rpc<MemberRemoveRequest, MemberRemoveResponse> REMOVE =
      Rpc.write(
          "member remove", ClusterGrpc.getMemberRemoveMethod(), MemberRemoveResponse::getHeader);

  private final Calls calls;

  GrpcAsyncClusterClient(Calls calls) {
    this.calls = calls;
  }

  @Override
  public AsyncClusterClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcAsyncClusterClient(calls.with(calls.settings().with(changes)));
  }

  @Override
  public CompletableFuture<MemberList> list() {
    return list(LIST, true);
  }

  @Override
  public CompletableFuture<MemberList> listLocally() {
    return list(LIST_LOCALLY, false);
  }

  private CompletableFuture<MemberList> list(
      Rpc<MemberListRequest, MemberListResponse> rpc, boolean isLinearizable) {
    return calls.call(
        rpc,
        MemberListRequest.newBuilder().setLinearizable(isLinearizable).build(),
        answer -> memberList(answer.getHeader(), answer.getMembersList()));
  }

  @Override
  public CompletableFuture<MemberAdded> add(URI... peerUrls) {
    return add(false, peerUrls);
  }

  @Override
  public CompletableFuture<MemberAdded> addLearner(URI... peerUrls) {
    return add(true, peerUrls);
  }

  private CompletableFuture<MemberAdded> add(boolean isLearner, URI... peerUrls) {
    return calls.call(
        ADD,
        MemberAddRequest.newBuilder()
            .addAllPeerURLs(PeerUrls.checked(peerUrls))
            .setIsLearner(isLearner)
            .build(),
        answer ->
            new MemberAdded(
                header(answer.getHeader()),
                member(answer.getMember()),
                members(answer.getMembersList())));
  }

  @Override
  public CompletableFuture<MemberList> promote(MemberId member) {
    return calls.call(
        PROMOTE,
        MemberPromoteRequest.newBuilder().setID(checked(member)).build(),
        answer -> memberList(answer.getHeader(), answer.getMembersList()));
  }

  @Override
  public CompletableFuture<MemberList> update(MemberId member, URI... peerUrls) {
    return calls.call(
        UPDATE,
        MemberUpdateRequest.newBuilder()
            .setID(checked(member))
            .addAllPeerURLs(PeerUrls.checked(peerUrls))
            .build(),
        answer -> memberList(answer.getHeader(), answer.getMembersList()));
  }

  @Override
  public CompletableFuture<MemberList> remove(MemberId member) {
    return calls.call(
        REMOVE,
        MemberRemoveRequest.newBuilder().setID(checked(member)).build(),
        answer -> memberList(answer.getHeader(), answer.getMembersList()));
  }

  private static long checked(MemberId member) {
    if (member.isNone()) {
      throw new IllegalArgumentException("member must be the id of a member, was 0");
    }
    return member.value();
  }

  private static MemberList memberList(
      ResponseHeader header, List<dev.rondo.etcd.wire.Member> members) {
    return new MemberList(header(header), members(members));
  }

  private static List<Member> members(List<dev.rondo.etcd.wire.Member> members) {
    return members.stream().map(GrpcAsyncClusterClient::member).toList();
  }

  private static Member member(dev.rondo.etcd.wire.Member member) {
    return new Member(
        MemberId.of(member.getID()),
        member.getName(),
        member.getPeerURLsList().stream().map(URI::create).toList(),
        member.getClientURLsList(),
        member.getIsLearner());
  }
}
