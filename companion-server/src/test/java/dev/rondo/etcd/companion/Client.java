package dev.rondo.etcd.companion;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.KVGrpc.KVBlockingStub;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A plain client of one member. */
record Client(ManagedChannel channel, Duration patience) implements AutoCloseable {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  static Client of(CompanionMember member) {
    var url = URI.create(member.endpoint());
    return new Client(
        NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build(),
        Duration.ofSeconds(10));
  }

  Client within(Duration patience) {
    return new Client(channel, patience);
  }

  KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As {@link #kv}, but refused at once while the member knows no leader. */
  KVBlockingStub kvUnderALeader() {
    var headers = new Metadata();
    headers.put(HAS_LEADER, "true");
    return kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  void put(String key, String value) {
    kv().put(put(key).toBuilder().setValue(ByteString.copyFromUtf8(value)).build());
  }

  static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  static RangeRequest range(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  String get(String key) {
    return kv().range(range(key)).getKvs(0).getValue().toStringUtf8();
  }

  String getLocally(String key) {
    var request = range(key).toBuilder().setSerializable(true).build();
    return kv().range(request).getKvs(0).getValue().toStringUtf8();
  }

  int hash(long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
        .getHash();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
