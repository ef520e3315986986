package dev.rondo.etcd.companion.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A server on loopback with services that a test scripts, and clients of it. */
final class TestServer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(50);

  final FakeServices services = new FakeServices();
  final MemberServer server;
  volatile BooleanSupplier hasLeader = () -> true;
  volatile boolean isLearner;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();

  private TestServer(@Nullable ServerTls tls) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = new MemberServer(address, Optional.ofNullable(tls), loops, Runnable::run);
  }

  static TestServer start() {
    return start(null);
  }

  static TestServer start(@Nullable ServerTls tls) {
    var started = new TestServer(tls);
    started.begin();
    return started;
  }

  /** Starts the server for another life. */
  void begin() {
    server.start(
        new Standing(() -> hasLeader.getAsBoolean(), () -> isLearner, ELECTION_TIMEOUT),
        services.all());
  }

  int port() {
    return server.address().getPort();
  }

  NettyChannelBuilder clientBuilder() {
    return NettyChannelBuilder.forAddress("127.0.0.1", port());
  }

  /** A client without TLS, closed with this. */
  ManagedChannel client() {
    return closing(clientBuilder().usePlaintext().build());
  }

  ManagedChannel closing(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  /** A client that speaks no gRPC, closed with this. */
  Socket socket() throws IOException {
    var socket = new Socket();
    sockets.add(socket);
    socket.connect(server.address(), PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  @Override
  public void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    channels.forEach(ManagedChannel::shutdownNow);
    for (ManagedChannel channel : channels) {
      channel.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
    server.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }
}
