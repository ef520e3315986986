package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.Message;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.LeaseKeepAliveRequest;
import dev.rondo.etcd.wire.LeaseKeepAliveResponse;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.PutResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.StatusRequest;
import dev.rondo.etcd.wire.StatusResponse;
import io.grpc.BindableService;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongFunction;

/**
 * A few of etcd's services without an engine. They answer with nothing, or what a test says, and
 * remember what reached them.
 */
final class FakeServices {
  final List<Message> requests = new CopyOnWriteArrayList<>();

  /** Answers puts. */
  volatile Function<PutRequest, CompletableFuture<PutResponse>> puts =
      request -> CompletableFuture.completedFuture(PutResponse.getDefaultInstance());

  /** Answers renewals. */
  volatile LongFunction<CompletableFuture<LeaseKeepAliveResponse>> renewals =
      id -> CompletableFuture.completedFuture(renewed(id, 30));

  static LeaseKeepAliveResponse renewed(long id, long ttl) {
    return LeaseKeepAliveResponse.newBuilder().setID(id).setTTL(ttl).build();
  }

  List<BindableService> all() {
    return List.of(new Keys(), new Leases(), new Maintenance());
  }

  private final class Keys extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> client) {
      requests.add(request);
      UnaryAnswer.send(client, () -> puts.apply(request));
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> client) {
      requests.add(request);
      UnaryAnswer.send(
          client, () -> CompletableFuture.completedFuture(RangeResponse.getDefaultInstance()));
    }
  }

  private final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> client) {
      return KeepAliveStream.open(
          id -> renewals.apply(id), (ServerCallStreamObserver<LeaseKeepAliveResponse>) client);
    }
  }

  private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
      requests.add(request);
      UnaryAnswer.send(
          client, () -> CompletableFuture.completedFuture(StatusResponse.getDefaultInstance()));
    }
  }
}
