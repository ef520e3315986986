package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Finds the addresses behind an endpoint's host. */
final class HostLookup {
  private HostLookup() {}

  /** Whether finding them may block, because the host is a name. */
  static boolean mayBlock(Endpoint endpoint) {
    return !endpoint.scheme().isSocketFile()
        && !NetUtil.isValidIpV4Address(endpoint.host())
        && !NetUtil.isValidIpV6Address(endpoint.host());
  }

  /** Returns at least one address, in the order in which they are to be tried. */
  static List<SocketAddress> addresses(Endpoint endpoint) throws UnknownHostException {
    if (endpoint.scheme().isSocketFile()) {
      return List.of(UnixDomainSocketAddress.of(endpoint.host()));
    }
    List<SocketAddress> addresses = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
      addresses.add(new InetSocketAddress(address, endpoint.port()));
    }
    return addresses;
  }
}
