package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.wire.WatchGrpc;
import dev.rondo.etcd.wire.WatchRequest;
import dev.rondo.etcd.wire.WatchResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Serves watches of a store that it does not have; see {@link CannedWatches} for what they get. */
public final class CannedWatchServer extends WatchGrpc.WatchImplBase {
  private final PacedWatches paced = new PacedWatches();

  private CannedWatchServer() {}

  /** Serves until standard input ends; prints its port first. */
  public static void main(String[] arguments) throws IOException {
    Logger.getLogger("").setLevel(Level.SEVERE); // streams that are closed under a flood
    CannedWatchServer watches = new CannedWatchServer();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(watches)
            .build()
            .start();
    watches.paced.start();
    System.out.println(server.getPort());
    while (System.in.read() >= 0) {
      // what comes in says no more than that the benchmark lives
    }
    server.shutdownNow();
  }

  @Override
  public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
    return new CannedWatches((ServerCallStreamObserver<WatchResponse>) responses, paced);
  }
}
