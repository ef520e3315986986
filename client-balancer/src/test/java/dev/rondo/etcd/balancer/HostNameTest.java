package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.DnsRecords;
import dev.rondo.etcd.testing.DnsServer;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.testing.TcpBridge;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Hosts that are given by name, and what they lead to. The JDK of this module's tests knows the
 * names in {@code src/test/resources/hosts} and no others.
 */
@Timeout(60)
class HostNameTest {
  private static final String HOST = "m0.etcd.test";
  private static final Duration FOLLOWED = Duration.ofSeconds(1);

  private static ScriptedServer answering() {
    ScriptedServer server = ScriptedServer.start();
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    return server;
  }

  private static Connection connect(DnsServer dns, String host, int port) {
    return Connection.builder()
        .endpoints("http://" + host + ":" + port)
        .dnsServers(dns.address())
        .build();
  }

  private static void get(Connection connection) {
    Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  private static Duration timeOf(Runnable action) {
    long start = System.nanoTime();
    action.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void aHostThatMovesIsFollowedWhenItsOldAddressIsGone() {
    try (DnsServer dns = DnsServer.start(new DnsRecords().host(HOST, "127.0.0.1"));
        ScriptedServer there = answering();
        ScriptedServer elsewhere = answering();
        TcpBridge old = TcpBridge.to("127.0.0.1", there.port());
        TcpBridge moved = old.twin("127.0.0.2", "127.0.0.1", elsewhere.port());
        Connection connection = connect(dns, HOST, old.port())) {
      get(connection);
      old.cut();
      Duration control = timeOf(() -> await().until(() -> old.accepted() == 2));

      dns.records(new DnsRecords().host(HOST, "127.0.0.2"));
      Duration measured =
          timeOf(
              () -> {
                old.refuse();
                get(connection);
              });

      Duration limit = (control.compareTo(FOLLOWED) > 0 ? control : FOLLOWED).multipliedBy(3);
      System.out.printf(
          "[figure] a host that moved is followed: %d ms (goal %d ms, control %d ms)%n",
          measured.toMillis(), FOLLOWED.toMillis(), control.toMillis());
      assertThat(measured).isLessThan(limit);
      assertThat(moved.accepted()).isEqualTo(1);
      assertThat(elsewhere.received(KVGrpc.getRangeMethod())).hasSize(1);
    }
  }

  @Test
  void aHostOfSeveralAddressesIsOneEndpointAndAllAreTried() {
    try (DnsServer dns = DnsServer.start(new DnsRecords().host(HOST, "127.0.0.3", "127.0.0.2"));
        ScriptedServer server = answering();
        TcpBridge unused = TcpBridge.to("127.0.0.1", server.port());
        TcpBridge second = unused.twin("127.0.0.2", "127.0.0.1", server.port());
        Connection connection = connect(dns, HOST, unused.port())) {
      get(connection);

      assertThat(connection.endpoints())
          .extracting(status -> status.endpoint().host())
          .containsExactly(HOST);
      assertThat(second.accepted()).isEqualTo(1);
    }
  }

  @Test
  void aHostThatOnlyTheJdkKnowsIsReached() {
    try (DnsServer dns = DnsServer.start(new DnsRecords());
        ScriptedServer server = answering();
        Connection connection = connect(dns, "only-the-jdk-knows.test", server.port())) {
      get(connection);
    }
  }

  @Test
  void aHostOfTheHostsFileIsReachedWhileDnsIsSilent() {
    try (DnsServer dns = DnsServer.start(new DnsRecords());
        ScriptedServer server = answering()) {
      dns.pause();
      try (Connection connection = connect(dns, "localhost", server.port())) {
        connection.awaitReady(Duration.ofSeconds(2));
        get(connection);
      } finally {
        dns.resume();
      }
    }
  }

  @Test
  void aHostThatOnlyTheJdkKnowsIsReachedWhileDnsIsSilent() {
    try (DnsServer dns = DnsServer.start(new DnsRecords());
        ScriptedServer server = answering()) {
      dns.pause();
      try (Connection connection = connect(dns, "only-the-jdk-knows.test", server.port())) {
        get(connection); // within its ten seconds
      } finally {
        dns.resume();
      }
    }
  }

  @Test
  void aHostThatDoesNotExistIsFoundOnceItDoes() {
    try (DnsServer dns = DnsServer.start(new DnsRecords());
        ScriptedServer server = answering();
        Connection connection = connect(dns, HOST, server.port())) {
      assertThatThrownBy(() -> connection.awaitReady(Duration.ofSeconds(1)))
          .isInstanceOf(EtcdException.class)
          .hasMessageContaining(HOST + ":" + server.port() + ": cannot resolve host " + HOST);

      dns.records(new DnsRecords().host(HOST, "127.0.0.1"));

      connection.awaitReady(Duration.ofSeconds(10));
    }
  }

  @Test
  void aServerThatRefusesToAnswerIsPassedOver() {
    try (DnsServer refusing = DnsServer.start(DnsRecords.refusingAll());
        DnsServer knowing = DnsServer.start(new DnsRecords().host(HOST, "127.0.0.1"));
        ScriptedServer server = answering();
        Connection connection =
            Connection.builder()
                .endpoints("http://" + HOST + ":" + server.port())
                .dnsServers(refusing.address(), knowing.address())
                .build()) {
      get(connection);
    }
  }

  @Test
  void dnsServersAreGivenByAddress() {
    assertThatThrownBy(
            () ->
                Connection.builder().dnsServers(InetSocketAddress.createUnresolved("dns.test", 53)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dnsServers must be given by address, was given dns.test");
    assertThatThrownBy(() -> Connection.builder().dnsServers())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one server");
  }
}
