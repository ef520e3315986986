package dev.rondo.etcd.cluster;

import static dev.rondo.etcd.balancer.internal.Blocking.await;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.internal.Calls;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Awaits the async client. */
final class GrpcMaintenanceClient implements MaintenanceClient {
  private final Calls calls;
  private final Supplier<List<Endpoint>> endpoints;
  private final AsyncMaintenanceClient awaited;

  GrpcMaintenanceClient(Calls calls, Supplier<List<Endpoint>> endpoints) {
    this.calls = calls;
    this.endpoints = endpoints;
    this.awaited = new GrpcAsyncMaintenanceClient(calls, endpoints);
  }

  @Override
  public MaintenanceClient with(Consumer<CallSettings.Builder> changes) {
    return new GrpcMaintenanceClient(calls.with(calls.settings().with(changes)), endpoints);
  }

  @Override
  public AsyncMaintenanceClient async() {
    return new GrpcAsyncMaintenanceClient(calls.async(), endpoints);
  }

  @Override
  public MemberStatus status(Endpoint endpoint) {
    return await(awaited.status(endpoint));
  }

  @Override
  public AlarmList alarms() {
    return await(awaited.alarms());
  }

  @Override
  public AlarmList disarm(Alarm alarm) {
    return await(awaited.disarm(alarm));
  }

  @Override
  public AlarmList disarmAll() {
    return await(awaited.disarmAll());
  }

  @Override
  public void defragment(Endpoint endpoint) {
    await(awaited.defragment(endpoint));
  }

  @Override
  public KeyValueHash hashKv(Endpoint endpoint, Revision revision) {
    return await(awaited.hashKv(endpoint, revision));
  }

  @Override
  public void moveLeader(MemberId target) {
    await(awaited.moveLeader(target));
  }

  @Override
  public Snapshot snapshot(Endpoint endpoint, Path file, SnapshotProgress progress) {
    return await(awaited.snapshot(endpoint, file, progress));
  }
}
