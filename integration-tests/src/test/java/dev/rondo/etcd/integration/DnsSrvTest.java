package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.balancer.DnsSrv;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.MemberSync;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.DnsRecords;
import dev.rondo.etcd.testing.DnsServer;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Clusters that are found by DNS. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.testing.EtcdBackend#all")
@Timeout(120)
class DnsSrvTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Parameter EtcdBackend backend;

  /** All members under names, and the first of them as the only one of a service. */
  private static DnsRecords records(EtcdCluster cluster, String service, int offered) {
    var records = new DnsRecords();
    for (int i = 0; i < cluster.members().size(); i++) {
      URI url = URI.create(cluster.member(i).endpoint());
      records.host(Certificates.memberName(i), url.getHost());
      if (i < offered) {
        records.service(service, 0, 0, url.getPort(), Certificates.memberName(i));
      }
    }
    return records;
  }

  private static List<String> connected(Etcd etcd) {
    return etcd.connection().endpoints().stream()
        .filter(status -> status.state() == EndpointStatus.State.CONNECTED)
        .map(status -> status.endpoint().toString())
        .toList();
  }

  @Test
  void theSecureServiceIsUsedAndEachTargetVerifiedUnderItsOwnName() {
    try (Certificates certificates = Certificates.withDnsNames();
        EtcdCluster cluster = backend.cluster().members(3).tls(certificates).start();
        DnsServer dns =
            DnsServer.start(
                records(cluster, "_etcd-client-ssl._tcp.etcd.test", 3)
                    .service("_etcd-client._tcp.etcd.test", 0, 0, 1, Certificates.memberName(0)));
        Etcd etcd =
            Etcd.builder()
                .discover(DnsSrv.of("etcd.test."))
                .dnsServers(dns.address())
                .tls(Tls.builder().trust(certificates.ca()).build())
                .build()) {
      etcd.kv().put("a", "1");

      List<String> expected =
          IntStream.range(0, 3)
              .mapToObj(
                  i ->
                      "https://"
                          + Certificates.memberName(i)
                          + ":"
                          + URI.create(cluster.member(i).endpoint()).getPort())
              .toList();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(connected(etcd)).containsExactlyInAnyOrderElementsOf(expected));
      cluster.member(0).kill();
      assertThat(etcd.kv().get("a").orElseThrow().value().utf8()).isEqualTo("1");
    }
  }

  @Test
  void oneMemberInDnsLeadsToAllThatTheClusterLists() {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        DnsServer dns = DnsServer.start(records(cluster, "_etcd-client._tcp.etcd.test", 1));
        Etcd etcd =
            Etcd.builder()
                .discover(DnsSrv.builder("etcd.test").inTheClear().build())
                .dnsServers(dns.address())
                .followMembers(
                    MemberSync.builder()
                        .interval(Duration.ofSeconds(1))
                        .mapping(url -> Optional.of(named(cluster, url)))
                        .build())
                .build()) {
      List<String> all = cluster.endpoints().stream().map(url -> named(cluster, url)).toList();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(connected(etcd)).containsExactlyInAnyOrderElementsOf(all));

      etcd.kv().put("a", "1");
    }
  }

  private static String named(EtcdCluster cluster, String url) {
    int member = cluster.endpoints().indexOf(url);
    return "http://" + Certificates.memberName(member) + ":" + URI.create(url).getPort();
  }
}
