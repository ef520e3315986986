package dev.rondo.etcd.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server on 127.0.0.1 that is no etcd and no gRPC server, as an address in a configuration may
 * turn out to be.
 *
 * <p>Connections that it does not close itself stay open until {@link #close}.
 */
public final class HostileServer implements AutoCloseable {
  /** What is done to a connection once it is accepted. */
  private interface Welcome {
    void greet(Socket socket) throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(HostileServer.class);
  private static final String HTTP_ANSWER =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nno.\n";

  private final int port = Ports.take();
  private final ServerSocket listener;
  private final Welcome welcome;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private final Thread thread;

  private HostileServer(Welcome welcome) {
    this.welcome = welcome;
    try {
      this.listener = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port, e);
    }
    thread = new Thread(this::acceptAll, "hostile-server-" + port);
    thread.setDaemon(true);
    thread.start();
  }

  /** Answers everything as an HTTP/1.1 server that understood nothing. */
  public static HostileServer plainHttp() {
    return new HostileServer(
        socket -> socket.getOutputStream().write(HTTP_ANSWER.getBytes(US_ASCII)));
  }

  /** Sends a kilobyte of noise, the same in every run. */
  public static HostileServer randomBytes() {
    return new HostileServer(
        socket -> {
          var noise = new byte[1024];
          new Random(42).nextBytes(noise);
          socket.getOutputStream().write(noise);
        });
  }

  /** Accepts, and never says a word. */
  public static HostileServer silent() {
    return new HostileServer(socket -> {});
  }

  /** Accepts, and hangs up. */
  public static HostileServer closing() {
    return new HostileServer(Socket::close);
  }

  /** Returns the address as a URL without TLS. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** Returns the port that the server listens on. */
  public int port() {
    return port;
  }

  /** Returns the number of connections ever accepted. */
  public long accepted() {
    return accepted.get();
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        open.add(socket);
        accepted.incrementAndGet();
        welcome.greet(socket);
      } catch (IOException e) {
        log.debug("the client has gone, or this server was closed", e);
      }
    }
    open.forEach(HostileServer::close);
  }

  /**
   * Closes the port and what is open. The thread does so too, for a connection accepted meanwhile;
   * until it has left the listening socket, that still takes connections.
   */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close port " + port, e);
    }
    open.forEach(HostileServer::close);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Ports.release(port);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + socket, e);
    }
  }
}
