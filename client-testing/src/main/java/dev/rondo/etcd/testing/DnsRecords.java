package dev.rondo.etcd.testing;

import java.util.ArrayList;
import java.util.List;

/** What a {@link DnsServer} knows. Collected by one thread. */
public final class DnsRecords {
  private static final String ZONE = "local=/test/";

  private final List<String> lines = new ArrayList<>(List.of("no-resolv", "no-hosts", ZONE));

  /** Starts with nothing, so that no name exists under {@code test}. */
  public DnsRecords() {}

  /** Returns records of a server that refuses to answer, whatever it is asked. */
  public static DnsRecords refusingAll() {
    var none = new DnsRecords();
    none.lines.remove(ZONE);
    return none;
  }

  /** Adds a host, with all its addresses. */
  public DnsRecords host(String name, String... addresses) {
    for (var address : addresses) {
      lines.add("host-record=" + name + "," + address);
    }
    return this;
  }

  /** Adds an SRV record. */
  public DnsRecords service(String name, int priority, int weight, int port, String target) {
    lines.add("srv-host=" + name + "," + target + "," + port + "," + priority + "," + weight);
    return this;
  }

  /** Adds an SRV record that says that the service is not offered. */
  public DnsRecords noService(String name) {
    lines.add("srv-host=" + name);
    return this;
  }

  /** Sets how long all records hold; by default they hold for no time at all. */
  public DnsRecords ttl(int seconds) {
    lines.add("local-ttl=" + seconds);
    return this;
  }

  String config() {
    return String.join("\n", lines) + "\n";
  }
}
