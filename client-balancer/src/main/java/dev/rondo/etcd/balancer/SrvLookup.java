package dev.rondo.etcd.balancer;

import dev.rondo.etcd.balancer.channel.DnsClient;
import dev.rondo.etcd.balancer.channel.DnsException;
import dev.rondo.etcd.balancer.channel.ServiceRecord;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Asks DNS for the endpoints of one service. One thread at a time. */
final class SrvLookup {
  static final Duration SHORTEST = Duration.ofSeconds(5);
  static final Duration LONGEST = Duration.ofHours(1);

  private final DnsSrv srv;
  private final DnsClient dns;
  private final RandomGenerator random;
  private Set<String> known = Set.of();
  private List<List<Endpoint>> groups = List.of();

  SrvLookup(DnsSrv srv, DnsClient dns, RandomGenerator random) {
    this.srv = srv;
    this.dns = dns;
    this.random = random;
  }

  /**
   * What DNS said.
   *
   * @param groups the endpoints by priority, the best first; at least one
   * @param holds how long it holds
   */
  record Answer(List<List<Endpoint>> groups, Duration holds) {}

  /**
   * Asks, and blocks until there is an answer.
   *
   * @throws DnsException if there is none, or it names no endpoint
   */
  Answer ask() throws DnsException {
    List<ServiceRecord> records = dns.services(srv.service());
    List<List<Endpoint>> found = SrvGroups.of(records, srv.scheme(), random);
    if (found.isEmpty()) {
      throw new DnsException(srv.service() + " names no endpoint" + other());
    }
    Set<String> now = records.stream().map(SrvLookup::withoutTtl).collect(Collectors.toSet());
    if (!now.equals(known)) { // or the order would be drawn anew each time
      known = now;
      groups = found;
    }
    return new Answer(groups, holds(records));
  }

  private static String withoutTtl(ServiceRecord record) {
    return record.priority() + " " + record.weight() + " " + record.port() + " " + record.target();
  }

  static Duration holds(List<ServiceRecord> records) {
    Duration ttl =
        records.stream().map(ServiceRecord::ttl).min(Comparator.naturalOrder()).orElse(SHORTEST);
    if (ttl.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return ttl.compareTo(LONGEST) > 0 ? LONGEST : ttl;
  }

  private String other() {
    try {
      return dns.services(srv.otherService()).isEmpty()
          ? ""
          : ", but "
              + srv.otherService()
              + " does: "
              + (srv.scheme().isSecure()
                  ? "it is used with DnsSrv.Builder.inTheClear"
                  : "it is used without DnsSrv.Builder.inTheClear");
    } catch (DnsException e) {
      return "";
    }
  }
}
