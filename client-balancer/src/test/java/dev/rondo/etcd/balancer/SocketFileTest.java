package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that are socket files. */
@Timeout(30)
class SocketFileTest {
  @TempDir Path folder;

  @Test
  void callsGoOverASocketFile() throws IOException {
    Path file = folder.resolve("etcd.sock");
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    Server server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(file))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .addService(new OneKey())
            .build()
            .start();
    try (Connection connection = Connection.builder().endpoints("unix://" + file).build()) {
      RangeResponse answer =
          Blocking.await(
              Calls.over(connection)
                  .call(GET, RangeRequest.getDefaultInstance(), response -> response));

      assertThat(answer.getCount()).isEqualTo(1);
    } finally {
      server.shutdownNow();
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void aSocketFileThatIsNotThereSaysSo() {
    Path file = folder.resolve("nobody.sock");
    try (Connection connection = Connection.builder().endpoints("unix://" + file).build()) {
      assertThatThrownBy(() -> connection.awaitReady(Duration.ofMillis(500)))
          .hasMessageContaining("unix://" + file + ": ");
    }
  }

  /** A store with one key. */
  private static final class OneKey extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      answer.onNext(RangeResponse.newBuilder().setCount(1).build());
      answer.onCompleted();
    }
  }
}
