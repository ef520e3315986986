package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds the addresses behind an endpoint's host: in the hosts file, else by DNS, else as the JDK
 * does it, which knows what only the system does.
 *
 * <p>The first two are asked afresh each time, or a host that has moved would not be followed; the
 * JDK keeps an answer for 30 seconds.
 */
final class HostLookup {
  private final DnsClient dns;

  HostLookup(DnsClient dns) {
    this.dns = dns;
  }

  /** Whether finding them may block, because the host is a name. */
  static boolean mayBlock(Endpoint endpoint) {
    return !endpoint.scheme().isSocketFile()
        && !NetUtil.isValidIpV4Address(endpoint.host())
        && !NetUtil.isValidIpV6Address(endpoint.host());
  }

  /** Returns at least one address, in the order in which they are to be tried. */
  List<SocketAddress> addresses(Endpoint endpoint) throws UnknownHostException {
    if (endpoint.scheme().isSocketFile()) {
      return List.of(UnixDomainSocketAddress.of(endpoint.host()));
    }
    List<InetAddress> found =
        mayBlock(endpoint)
            ? addresses(endpoint.host())
            : List.of(InetAddress.getByName(endpoint.host()));
    return found.stream()
        .<SocketAddress>map(address -> new InetSocketAddress(address, endpoint.port()))
        .toList();
  }

  private List<InetAddress> addresses(String host) throws UnknownHostException {
    List<InetAddress> listed = inHostsFile(host);
    if (!listed.isEmpty()) {
      return listed;
    }
    try {
      return dns.addresses(host);
    } catch (UnknownHostException e) {
      return asTheJdkDoes(host, e);
    }
  }

  private static List<InetAddress> inHostsFile(String host) {
    HostsFileEntriesProvider file = HostsFileEntriesProvider.parser().parseSilently();
    String name = host.toLowerCase(Locale.ROOT);
    List<InetAddress> addresses = new ArrayList<>(file.ipv4Entries().getOrDefault(name, List.of()));
    addresses.addAll(file.ipv6Entries().getOrDefault(name, List.of()));
    return addresses;
  }

  private static List<InetAddress> asTheJdkDoes(String host, UnknownHostException before)
      throws UnknownHostException {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      e.addSuppressed(before);
      throw e;
    }
  }
}
