package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class HostileServerTest {
  @Test
  void answersInHttp() throws IOException {
    try (var server = HostileServer.plainHttp();
        var socket = connect(server)) {
      assertThat(new String(socket.getInputStream().readNBytes(24), US_ASCII))
          .isEqualTo("HTTP/1.1 400 Bad Request");
    }
  }

  @Test
  void sendsNoise() throws IOException {
    try (var server = HostileServer.randomBytes();
        var socket = connect(server)) {
      assertThat(socket.getInputStream().readNBytes(1024)).hasSize(1024);
    }
  }

  @Test
  void saysNothing() throws IOException {
    try (var server = HostileServer.silent();
        var socket = connect(server)) {
      socket.setSoTimeout(100);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(server.accepted()).isEqualTo(1);
    }
  }

  @Test
  void hangsUp() throws IOException {
    try (var server = HostileServer.closing();
        var socket = connect(server)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void closesItsPort() {
    var server = HostileServer.silent();

    server.close();

    assertThatThrownBy(() -> connect(server)).isInstanceOf(ConnectException.class);
  }

  private static Socket connect(HostileServer server) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(5000);
    return socket;
  }
}
