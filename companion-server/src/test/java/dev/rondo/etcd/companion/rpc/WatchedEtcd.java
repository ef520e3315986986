package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.wire.CompactionRequest;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.TxnRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.util.List;

/** The real thing. */
final class WatchedEtcd implements Watched {
  private final EtcdCluster cluster;
  private final ManagedChannel channel;
  private final KVGrpc.KVBlockingStub kv;

  WatchedEtcd(EtcdBackend backend) {
    cluster =
        backend
            .cluster()
            .flag("--experimental-watch-progress-notify-interval=" + INTERVAL.toMillis() + "ms")
            .start();
    channel =
        NettyChannelBuilder.forTarget(
                URI.create(cluster.endpoints().get(0)).getAuthority(),
                InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    kv = KVGrpc.newBlockingStub(channel);
  }

  @Override
  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public long write(RequestOp... operations) {
    var request = TxnRequest.newBuilder().addAllSuccess(List.of(operations)).build();
    return kv.txn(request).getHeader().getRevision();
  }

  @Override
  public void compact(long revision) {
    kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    cluster.close();
  }
}
