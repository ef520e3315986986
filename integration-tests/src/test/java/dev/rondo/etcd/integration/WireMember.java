package dev.rondo.etcd.integration;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.CompanionMember;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.HashKVRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.LeaseGrpc;
import dev.rondo.etcd.wire.MaintenanceGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.WatchGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** One member as the bare stubs show it, for what must not be retried or sent elsewhere. */
record WireMember(ManagedChannel channel) implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  static WireMember of(CompanionMember member) {
    var url = URI.create(member.endpoint());
    return new WireMember(
        NettyChannelBuilder.forAddress(url.getHost(), url.getPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build());
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  KVGrpc.KVFutureStub kvAsync() {
    return KVGrpc.newFutureStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub leases() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  WatchGrpc.WatchStub watches() {
    return WatchGrpc.newStub(channel);
  }

  /** Counts all keys that the member has, whatever the others have. */
  RangeResponse countLocally() {
    return kv().range(
            RangeRequest.newBuilder()
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setCountOnly(true)
                .setSerializable(true)
                .build());
  }

  int hash(long revision) {
    return maintenance().hashKV(HashKVRequest.newBuilder().setRevision(revision).build()).getHash();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
