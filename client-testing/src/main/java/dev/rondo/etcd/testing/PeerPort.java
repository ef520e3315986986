package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Where a real etcd listens for the other members. */
record PeerPort(InetSocketAddress address) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int QUICK_MILLIS = 200;

  /**
   * Waits until members can reach it, or it has ended: members that are started before would wait a
   * second for one that listens and does not serve yet.
   */
  void awaitServing(String name, BooleanSupplier isRunning) {
    Patience.await(
        name + " serving others", PATIENCE, () -> !isRunning.getAsBoolean() || isServing());
  }

  private boolean isServing() throws IOException {
    try (var socket = new Socket()) {
      socket.setSoTimeout(QUICK_MILLIS);
      socket.connect(address, QUICK_MILLIS);
      socket.getOutputStream().write("GET /version HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
      return socket.getInputStream().read() >= 0;
    }
  }
}
