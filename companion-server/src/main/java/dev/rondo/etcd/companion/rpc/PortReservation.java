package dev.rondo.etcd.companion.rpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Keeps a port while nobody listens on it: a socket is bound to it that neither listens nor
 * connects. Clients are refused, and nobody else is given the port.
 */
final class PortReservation implements AutoCloseable {
  private final SocketChannel socket;
  private final InetSocketAddress address;

  private PortReservation(SocketChannel socket, InetSocketAddress address) {
    this.socket = socket;
    this.address = address;
  }

  /**
   * Takes a port.
   *
   * @param address port 0 for one that is free
   * @throws IllegalStateException if somebody listens there
   */
  static PortReservation of(InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("unknown host " + address.getHostString());
    }
    try {
      var socket = SocketChannel.open();
      try {
        // Connections of a server that has ended may linger for a minute.
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(address);
        return new PortReservation(socket, (InetSocketAddress) socket.getLocalAddress());
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (BindException e) {
      throw inUse(address, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot bind to " + text(address), e);
    }
  }

  static IllegalStateException inUse(InetSocketAddress address, IOException cause) {
    return new IllegalStateException(
        "cannot listen on " + text(address) + ": " + cause.getMessage(), cause);
  }

  /** An address as messages show it. */
  static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }

  /** The address with the port that was taken. */
  InetSocketAddress address() {
    return address;
  }

  /** Gives the port up. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give up " + text(address), e);
    }
  }
}
