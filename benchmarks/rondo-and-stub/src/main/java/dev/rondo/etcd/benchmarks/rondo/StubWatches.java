package dev.rondo.etcd.benchmarks.rondo;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.benchmarks.watches.WatchTarget;
import dev.rondo.etcd.benchmarks.watches.WatchWorker;
import dev.rondo.etcd.wire.Event;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The generated stub on a channel as gRPC builds it, with one stream for all watches. */
public final class StubWatches implements WatchTarget {
  private final WatchGrpc.WatchStub stub;
  private final List<StreamObserver<WatchRequest>> open = new ArrayList<>();

  private StubWatches(int port) {
    stub =
        WatchGrpc.newStub(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
  }

  /** Runs a worker. */
  public static void main(String[] arguments) {
    WatchWorker.serve(arguments, StubWatches::new);
  }

  @Override
  public void open(String prefix, int count, Hearing hearing) throws InterruptedException {
    CountDownLatch created = new CountDownLatch(count);
    StreamObserver<WatchRequest> requests = stub.watch(new Responses(created, hearing));
    open.add(requests);
    for (int i = 1; i <= count; i++) {
      requests.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(prefix + i))
                      .setWatchId(i))
              .build());
    }
    if (!created.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(created.getCount() + " watches were not created");
    }
  }

  @Override
  public void close() {
    open.forEach(StreamObserver::onCompleted);
    open.clear();
  }

  private record Responses(CountDownLatch created, Hearing hearing)
      implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getCreated()) {
        created.countDown();
        return;
      }
      long bytes = 0;
      for (Event event : response.getEventsList()) {
        bytes += event.getKv().getValue().size();
      }
      hearing.heard(response.getEventsCount(), bytes);
    }

    @Override
    public void onError(Throwable failure) {
      failure.printStackTrace();
    }

    @Override
    public void onCompleted() {}
  }
}
