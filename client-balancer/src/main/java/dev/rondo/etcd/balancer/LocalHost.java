package dev.rondo.etcd.balancer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Hosts that mean another machine on every machine: the one that asks. */
final class LocalHost {
  private static final Pattern ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}|[^:]*:.*:.*");

  private LocalHost() {}

  /** Whether the endpoint is on loopback, or at no particular address. Looks nothing up. */
  static boolean isNamedBy(Endpoint endpoint) {
    String host = endpoint.host();
    if (endpoint.scheme().isSocketFile() || host.equals("localhost")) {
      return true;
    }
    if (!ADDRESS.matcher(host).matches()) {
      return false;
    }
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false; // no address after all
    }
  }
}
