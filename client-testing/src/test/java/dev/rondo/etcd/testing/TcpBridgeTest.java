package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpBridgeTest {
  private final EchoServer echo = new EchoServer();
  private final TcpBridge bridge = TcpBridge.to("127.0.0.1", echo.port());

  @AfterEach
  void close() {
    bridge.close();
    echo.close();
  }

  @Test
  void forwardsBothWays() throws IOException {
    try (var socket = connect()) {
      assertThat(exchange(socket, "hello")).isEqualTo("hello");
      assertThat(bridge.connections()).isEqualTo(1);
      assertThat(bridge.accepted()).isEqualTo(1);
    }
    Patience.await("closed", Duration.ofSeconds(5), () -> bridge.connections() == 0);
  }

  @Test
  void forwardsMoreThanItHolds() throws Exception {
    var sent = new byte[20 * 1024 * 1024];
    sent[sent.length - 1] = 1;
    try (var socket = connect()) {
      var writer =
          new Thread(
              () -> {
                try {
                  socket.getOutputStream().write(sent);
                  socket.shutdownOutput();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      writer.start();

      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
      writer.join();
    }
  }

  @Test
  void resetsConnectionsAndTakesNewOnesWhenCut() throws IOException {
    try (var socket = connect()) {
      exchange(socket, "hello");

      bridge.cut();

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    try (var socket = connect()) {
      assertThat(exchange(socket, "again")).isEqualTo("again");
    }
  }

  @Test
  void refusesUntilHealed() throws IOException {
    bridge.refuse();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

    bridge.heal();

    try (var socket = connect()) {
      assertThat(exchange(socket, "back")).isEqualTo("back");
    }
  }

  @Test
  void holdsWhatWasSentIntoABlackHole() throws IOException {
    try (var old = connect()) {
      exchange(old, "hello");
      bridge.blackhole();
      try (var fresh = connect()) {
        for (var socket : new Socket[] {old, fresh}) {
          socket.setSoTimeout(100);
          assertThatThrownBy(() -> exchange(socket, "held"))
              .isInstanceOf(SocketTimeoutException.class);
          socket.setSoTimeout(5000);
        }
        assertThat(bridge.connections()).isEqualTo(2);

        bridge.heal();

        assertThat(read(old, 4)).isEqualTo("held");
        assertThat(read(fresh, 4)).isEqualTo("held");
      }
    }
  }

  @Test
  void delaysEachWay() throws IOException {
    try (var socket = connect()) {
      bridge.delay(Duration.ofMillis(100));
      long start = System.nanoTime();

      exchange(socket, "slow");

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }
  }

  @Test
  void listensOnAnyLoopbackAddressAndChangesItsTarget() throws IOException {
    int nobody = Ports.take();
    try (var other = TcpBridge.between("127.0.0.3", "127.0.0.1", nobody)) {
      assertThat(other.authority()).isEqualTo("127.0.0.3:" + other.port());
      try (var socket = connect(other)) {
        assertThatThrownBy(() -> exchange(socket, "lost")).isInstanceOf(SocketException.class);
      }

      other.retarget("127.0.0.1", echo.port());

      try (var socket = connect(other)) {
        assertThat(exchange(socket, "found")).isEqualTo("found");
      }
    }
    Ports.release(nobody);
  }

  @Test
  void endsItsThreadWhenClosed() {
    bridge.close();
    bridge.close();

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("tcp-bridge-" + bridge.port());
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    assertThatThrownBy(bridge::cut).hasMessage("bridge 127.0.0.1:" + bridge.port() + " is closed");
  }

  private Socket connect() throws IOException {
    return connect(bridge);
  }

  private static Socket connect(TcpBridge bridge) throws IOException {
    var socket = new Socket();
    socket.connect(bridge.address());
    socket.setSoTimeout(5000);
    return socket;
  }

  private static String exchange(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return read(socket, text.length());
  }

  private static String read(Socket socket, int length) throws IOException {
    var bytes = socket.getInputStream().readNBytes(length);
    return new String(bytes, UTF_8);
  }
}
