package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gate before handlers of the test's own, which write and close as they are told. */
class FaultGateTest {
  private static final int SILENCE_MILLIS = 300;
  private static final int NUMBERS = 4 * 1024 * 1024;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final FaultGate gate = new FaultGate(loops);
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private Socket client;
  private Channel server;

  @BeforeEach
  void connect() throws Exception {
    var listening =
        new ServerBootstrap()
            .group(loops)
            .channelFactory(() -> gate.listener(pipeline -> {}))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Echo());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    client = new Socket();
    client.setReceiveBufferSize(16 * 1024);
    client.connect((InetSocketAddress) listening.localAddress());
    client.setSoTimeout(SILENCE_MILLIS);
    server = accepted.poll(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void end() throws Exception {
    client.close();
    gate.reset();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }

  @Test
  void letsNothingThroughWhileShutAndEverythingInOrderAfterwards() throws Exception {
    gate.shut();
    client.getOutputStream().write('a');
    var unused = server.writeAndFlush(server.alloc().buffer().writeByte('b'));
    assertSilent();

    gate.open();

    client.setSoTimeout(10_000);
    assertThat(client.getInputStream().readNBytes(2)).containsExactly('b', 'a');
  }

  @Test
  void holdsWhatWasWrittenBeforeAndDidNotFitIntoTheSocket() throws Exception {
    var numbers = server.alloc().buffer(4 * NUMBERS);
    for (int i = 0; i < NUMBERS; i++) {
      numbers.writeInt(i);
    }
    var written = server.writeAndFlush(numbers);

    gate.shut();
    var input = client.getInputStream();
    var inTheSockets = new ByteArrayOutputStream();
    assertThatThrownBy(() -> input.transferTo(inTheSockets))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(inTheSockets.size()).isLessThan(4 * NUMBERS);
    assertThat(written.isDone()).isFalse();
    gate.open();

    client.setSoTimeout(10_000);
    inTheSockets.write(input.readNBytes(4 * NUMBERS - inTheSockets.size()));
    var all = ByteBuffer.wrap(inTheSockets.toByteArray()).asIntBuffer();
    for (int i = 0; i < NUMBERS; i++) {
      assertThat(all.get(i)).isEqualTo(i);
    }
  }

  @Test
  void holdsUpTheEndOfAConnection() throws Exception {
    gate.shut();

    var closed = server.close();
    assertSilent();
    assertThat(closed.isDone()).isFalse();
    gate.open();

    client.setSoTimeout(10_000);
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void canBeShutAndOpenedAgainAndAgain() throws Exception {
    client.setSoTimeout(10_000);
    for (int i = 0; i < 100; i++) {
      gate.shut();
      client.getOutputStream().write(i);
      gate.open();
      assertThat(client.getInputStream().read()).isEqualTo(i);
    }
  }

  @Test
  void resetsWithoutAWordThoughMuchIsHeld() throws Exception {
    gate.shut();
    var unused = server.writeAndFlush(server.alloc().buffer().writeByte('b'));

    gate.reset();

    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private void assertSilent() {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
  }

  private final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      accepted.add(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var unused = context.writeAndFlush(message);
    }
  }
}
