package dev.rondo.etcd.integration;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.testing.EtcdMember;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One member as its wire shows it, without a client that retries or chooses headers. */
final class RawMember implements AutoCloseable {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;

  RawMember(EtcdMember member) {
    URI url = URI.create(member.endpoint());
    channel = NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
  }

  KVGrpc.KVBlockingStub kv(Duration deadline) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As {@link #kv}, but to be refused at once while the member sees no leader. */
  KVGrpc.KVBlockingStub kvUnderLeader(Duration deadline) {
    return kv(deadline).withInterceptors(requireLeader());
  }

  private static ClientInterceptor requireLeader() {
    Metadata headers = new Metadata();
    headers.put(HAS_LEADER, "true");
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  static PutRequest put(String key, String value) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  /** What the member holds itself. */
  String stale(String key, Duration deadline) {
    RangeRequest request = get(key).toBuilder().setSerializable(true).build();
    return kv(deadline).range(request).getKvs(0).getValue().toStringUtf8();
  }

  /** Watches a key for as long as the member sees a leader. */
  Watch watchUnderLeader(String key) {
    Watch watch = new Watch();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel).withInterceptors(requireLeader()).watch(watch);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
            .build());
    return watch;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** How a watch began and ended. */
  static final class Watch implements StreamObserver<WatchResponse> {
    private final CompletableFuture<Boolean> created = new CompletableFuture<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    CompletableFuture<Boolean> created() {
      return created;
    }

    CompletableFuture<Status> end() {
      return end;
    }

    @Override
    public void onNext(WatchResponse response) {
      created.complete(response.getCreated());
    }

    @Override
    public void onError(Throwable error) {
      end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }
}
