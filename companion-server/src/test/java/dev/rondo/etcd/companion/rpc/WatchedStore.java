package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.companion.watch.WatchHub;
import dev.rondo.etcd.companion.watch.WatchSettings;
import dev.rondo.etcd.wire.RequestOp;
import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The service over a store of its own. One thread at a time writes. */
final class WatchedStore implements Watched {
  /** How many bytes a client that does not read lets on their way to it, for each stream. */
  static final int WINDOW = 64 * 1024;

  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final ExecutorService streams = Executors.newFixedThreadPool(2);
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Store store = new Store(background);
  private final Server server;
  private final ManagedChannel channel;

  WatchedStore(ServerInterceptor... interceptors) {
    this(WatchSettings.DEFAULT.fragmentBytes(), interceptors);
  }

  WatchedStore(int fragmentBytes, ServerInterceptor... interceptors) {
    timer.setRemoveOnCancelPolicy(true);
    var hub =
        new WatchHub(
            store,
            streams,
            timer,
            WatchedStore::header,
            new WatchSettings(INTERVAL, fragmentBytes));
    var builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(new WatchService(hub));
    for (var interceptor : interceptors) {
      builder.intercept(interceptor);
    }
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
                InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .flowControlWindow(WINDOW)
            .build();
  }

  private static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(1)
        .setMemberId(2)
        .setRaftTerm(3)
        .setRevision(revision)
        .build();
  }

  @Override
  public ManagedChannel channel() {
    return channel;
  }

  Store store() {
    return store;
  }

  /** How many streams the service holds. */
  int streams() {
    return timer.getQueue().size();
  }

  @Override
  public long write(RequestOp... operations) {
    try (var transaction = store.begin()) {
      for (var operation : operations) {
        if (operation.hasRequestPut()) {
          var put = operation.getRequestPut();
          transaction.put(put.getKey(), put.getValue(), put.getLease());
        } else {
          var delete = operation.getRequestDeleteRange();
          transaction.delete(new Interval(delete.getKey(), delete.getRangeEnd()));
        }
      }
      return transaction.commit();
    }
  }

  @Override
  public void compact(long revision) {
    store.compact(revision);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    timer.shutdownNow();
    streams.shutdownNow();
    background.shutdownNow();
  }
}
