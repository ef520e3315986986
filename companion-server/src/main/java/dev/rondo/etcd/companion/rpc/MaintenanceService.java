package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.wire.AlarmRequest;
import dev.rondo.etcd.wire.AlarmResponse;
import dev.rondo.etcd.wire.DefragmentRequest;
import dev.rondo.etcd.wire.DefragmentResponse;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.HashKVResponse;
import dev.rondo.etcd.wire.HashRequest;
import dev.rondo.etcd.wire.HashResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import dev.rondo.etcd.wire.MoveLeaderResponse;
import dev.rondo.etcd.wire.StatusRequest;
import dev.rondo.etcd.wire.StatusResponse;
import io.grpc.stub.StreamObserver;

/** What an operator asks of one member. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private final Engine engine;

  MaintenanceService(Engine engine) {
    this.engine = engine;
  }

  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> client) {
    UnaryAnswer.send(client, () -> engine.alarm(request));
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
    UnaryAnswer.send(client, engine::status);
  }

  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> client) {
    UnaryAnswer.send(client, engine::defragment);
  }

  @Override
  public void hash(HashRequest request, StreamObserver<HashResponse> client) {
    UnaryAnswer.send(client, engine::hash);
  }

  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> client) {
    UnaryAnswer.send(client, () -> engine.hashKv(request));
  }

  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> client) {
    UnaryAnswer.send(client, () -> engine.moveLeader(request));
  }
}
