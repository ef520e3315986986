package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Blocking.await;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.internal.Calls;
import java.net.URI;
import java.util.function.Consumer;

/** Awaits the async client. */
final class GrpcClusterClient implements ClusterClient {
  private final Calls calls;
  private final AsyncClusterClient awaited;

  GrpcClusterClient(Calls calls) {
    this.calls = calls;
    this.awaited = new GrpcAsyncClusterClient(calls);
  }

  @Override
  public ClusterClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcClusterClient(calls.with(calls.settings().with(changes)));
  }

  @Override
  public AsyncClusterClient async() {
    return new GrpcAsyncClusterClient(calls.async());
  }

  @Override
  public MemberList list() {
    return await(awaited.list());
  }

  @Override
  public MemberList listLocally() {
    return await(awaited.listLocally());
  }

  @Override
  public MemberAdded add(URI... peerUrls) {
    return await(awaited.add(peerUrls));
  }

  @Override
  public MemberAdded addLearner(URI... peerUrls) {
    return await(awaited.addLearner(peerUrls));
  }

  @Override
  public MemberList promote(MemberId member) {
    return await(awaited.promote(member));
  }

  @Override
  public MemberList update(MemberId member, URI... peerUrls) {
    return await(awaited.update(member, peerUrls));
  }

  @Override
  public MemberList remove(MemberId member) {
    return await(awaited.remove(member));
  }
}
