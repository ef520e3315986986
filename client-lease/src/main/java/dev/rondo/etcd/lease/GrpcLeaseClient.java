package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.balancer.internal.Namespace;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Awaits its async twin. */
final class GrpcLeaseClient implements LeaseClient {
  private final Calls calls;
  private final Namespace namespace;
  private final LongSupplier nanoTime;
  private final AsyncLeaseClient twin;

  GrpcLeaseClient(Calls calls, Namespace namespace, LongSupplier nanoTime) {
    this.calls = calls;
    this.namespace = namespace;
    this.nanoTime = nanoTime;
    this.twin = new GrpcAsyncLeaseClient(calls, namespace, nanoTime);
  }

  @Override
  public LeaseClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcLeaseClient(calls.with(calls.settings().with(changes)), namespace, nanoTime);
  }

  @Override
  public AsyncLeaseClient async() {
    return new GrpcAsyncLeaseClient(calls.async(), namespace, nanoTime);
  }

  @Override
  public LeaseGrant grant(Duration ttl) {
    return Blocking.await(twin.grant(ttl));
  }

  @Override
  public LeaseGrant grant(Duration ttl, LeaseId id) {
    return Blocking.await(twin.grant(ttl, id));
  }

  @Override
  public LeaseRevocation revoke(LeaseId id) {
    return Blocking.await(twin.revoke(id));
  }

  @Override
  public Optional<LeaseTimeToLive> timeToLive(LeaseId id) {
    return Blocking.await(twin.timeToLive(id));
  }

  @Override
  public Optional<LeaseTimeToLive> timeToLiveWithKeys(LeaseId id) {
    return Blocking.await(twin.timeToLiveWithKeys(id));
  }

  @Override
  public LeaseList list() {
    return Blocking.await(twin.list());
  }

  @Override
  public LeaseRenewal keepAliveOnce(LeaseId id) {
    return Blocking.await(twin.keepAliveOnce(id));
  }

  @Override
  public KeptLease keep(Duration ttl) {
    return Blocking.await(twin.keep(ttl));
  }

  @Override
  public KeptLease keep(LeaseId id) {
    return Blocking.await(twin.keep(id));
  }

  @Override
  public Session session(Duration ttl) {
    return Blocking.await(twin.session(ttl));
  }

  @Override
  public SelfHealingLease selfHealing(Duration ttl) {
    return Blocking.await(twin.selfHealing(ttl));
  }

  @Override
  public LeaseClient namespace(Bytes prefix) {
    return new GrpcLeaseClient(calls, namespace.inside(prefix), nanoTime);
  }
}
