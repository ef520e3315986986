package dev.rondo.etcd.testing;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a member listens.
 *
 * @param namespace the network namespace it runs in
 */
record Seat(String host, int clientPort, int peerPort, Optional<String> namespace) {
  /** Takes two ports of a loopback address. */
  static Seat onLoopback(String host) {
    return new Seat(host, Ports.take(), Ports.take(), Optional.empty());
  }

  String clientUrl(String scheme) {
    return scheme + "://" + host + ":" + clientPort;
  }

  String peerUrl() {
    return "http://" + host + ":" + peerPort;
  }

  InetSocketAddress peerAddress() {
    return new InetSocketAddress(host, peerPort);
  }

  void release() {
    if (namespace.isEmpty()) {
      Ports.release(clientPort);
      Ports.release(peerPort);
    }
  }
}
