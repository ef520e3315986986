package dev.rondo.etcd.balancer.channel;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.DnsServerAddresses;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Which DNS servers are asked: each in turn, and then once more, for a datagram may be lost. */
final class DnsServers implements DnsServerAddressStreamProvider {
  private final List<InetSocketAddress> given;

  /**
   * Makes a list of servers.
   *
   * @param given whom to ask; empty for the machine's own, as it names them at that moment
   */
  DnsServers(List<InetSocketAddress> given) {
    this.given = List.copyOf(given);
  }

  /** Whether these are the machine's own. */
  boolean areTheMachines() {
    return given.isEmpty();
  }

  /** Returns whom to ask for {@code name}, in order; none if this machine knows none. */
  List<InetSocketAddress> inTurn(String name) {
    List<InetSocketAddress> servers = areTheMachines() ? machines(name) : given;
    List<InetSocketAddress> twice = new ArrayList<>(servers);
    twice.addAll(servers);
    return twice;
  }

  private static List<InetSocketAddress> machines(String name) {
    DnsServerAddressStream stream =
        DnsServerAddressStreamProviders.platformDefault().nameServerAddressStream(name);
    List<InetSocketAddress> servers = new ArrayList<>();
    for (int i = 0; i < stream.size(); i++) {
      servers.add(stream.next());
    }
    return servers;
  }

  @Override
  public DnsServerAddressStream nameServerAddressStream(String name) {
    return DnsServerAddresses.sequential(inTurn(name)).stream();
  }
}
