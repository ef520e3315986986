package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that a real DNS server names. */
@Timeout(90)
class DnsSrvTest {
  private static final String SECURE = "_etcd-client-ssl._tcp.etcd.test";
  private static final String CLEAR = "_etcd-client._tcp.etcd.test";
  private static final DnsSrv IN_THE_CLEAR = DnsSrv.builder("etcd.test").inTheClear().build();

  /** Longer than the five seconds between two questions while an endpoint is disconnected. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final DnsServer dns = DnsServer.start(new DnsRecords());
  private final ScriptedServer first = answering();
  private final ScriptedServer second = answering();

  @AfterEach
  void close() {
    dns.close();
    first.close();
    second.close();
  }

  private static ScriptedServer answering() {
    ScriptedServer server = ScriptedServer.start();
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    return server;
  }

  /** Hosts for the records to name, all of them on this machine. */
  private static DnsRecords records() {
    return new DnsRecords().host("m0.etcd.test", "127.0.0.1").host("m1.etcd.test", "127.0.0.1");
  }

  private ConnectionBuilder builder(DnsSrv srv) {
    return Connection.builder().discover(srv).dnsServers(dns.address()).listener(events::add);
  }

  private Connection connect(DnsSrv srv) {
    return builder(srv).build();
  }

  private static void get(Connection connection) {
    get(connection, Duration.ofSeconds(10));
  }

  private static void get(Connection connection, Duration timeout) {
    Calls calls = Calls.over(connection);
    Calls within = calls.with(calls.settings().with(call -> call.timeout(timeout)));
    Blocking.await(within.call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  private static List<String> endpoints(Connection connection) {
    return connection.endpoints().stream().map(status -> status.endpoint().toString()).toList();
  }

  private String m0() {
    return "http://m0.etcd.test:" + first.port();
  }

  private String m1() {
    return "http://m1.etcd.test:" + second.port();
  }

  @Test
  void theServiceInTheClearIsUsedWhereTheUserSaysSo() {
    dns.records(
        records()
            .service(SECURE, 0, 0, second.port(), "m1.etcd.test")
            .service(CLEAR, 0, 0, first.port(), "m0.etcd.test"));
    try (Connection connection = connect(IN_THE_CLEAR)) {
      get(connection);

      assertThat(endpoints(connection)).containsExactly(m0());
    }
  }

  @Test
  void aClusterAmongSeveralIsFoundByItsServiceName() {
    dns.records(
        records()
            .service("_etcd-client-blue._tcp.etcd.test", 0, 0, second.port(), "m1.etcd.test")
            .service(CLEAR, 0, 0, first.port(), "m0.etcd.test"));
    try (Connection connection =
        connect(DnsSrv.builder("etcd.test").serviceName("blue").inTheClear().build())) {
      get(connection);

      assertThat(endpoints(connection)).containsExactly(m1());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServiceThatIsNotOfferedIsSaidSoAndTheOtherOneIsNeverUsedInItsPlace(boolean isDenied) {
    DnsRecords records = records().service(CLEAR, 0, 0, first.port(), "m0.etcd.test");
    dns.records(isDenied ? records.noService(SECURE) : records);
    try (Connection connection = connect(DnsSrv.of("etcd.test"))) {
      await().until(() -> failures().size() == 1);

      assertThatThrownBy(() -> get(connection, Duration.ofSeconds(2)))
          .isInstanceOfSatisfying(
              EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
          .hasMessageContaining(
              "no endpoint could be reached within PT2S: DnsSrv["
                  + SECURE
                  + "]: "
                  + SECURE
                  + " names no endpoint, but "
                  + CLEAR
                  + " does: it is used with DnsSrv.Builder.inTheClear");
      assertThat(first.calls()).isEmpty();
    }
  }

  private List<ConnectionEvent.DiscoveryFailed> failures() {
    return events.stream()
        .filter(ConnectionEvent.DiscoveryFailed.class::isInstance)
        .map(ConnectionEvent.DiscoveryFailed.class::cast)
        .toList();
  }

  @Test
  void theNextPriorityJoinsWhileNoBetterOneIsConnectedAndLeavesAfterwards() {
    try (TcpBridge better = TcpBridge.to("127.0.0.1", first.port())) {
      dns.records(
          records()
              .service(CLEAR, 10, 0, better.port(), "m0.etcd.test")
              .service(CLEAR, 20, 0, second.port(), "m1.etcd.test"));
      String best = "http://m0.etcd.test:" + better.port();
      try (Connection connection = connect(IN_THE_CLEAR)) {
        get(connection);
        assertThat(endpoints(connection)).containsExactly(best);

        better.refuse();
        get(connection);
        assertThat(endpoints(connection)).containsExactly(best, m1());
        assertThat(second.received(KVGrpc.getRangeMethod())).hasSize(1);

        better.heal();
        await().until(() -> endpoints(connection).equals(List.of(best)));
        get(connection);
        assertThat(second.received(KVGrpc.getRangeMethod())).hasSize(1);
      }
    }
  }

  @Test
  void aSilentPriorityIsPassedOverAfterASecond() {
    try (TcpBridge silent = TcpBridge.to("127.0.0.1", first.port())) {
      silent.blackhole();
      dns.records(
          records()
              .service(CLEAR, 10, 0, silent.port(), "m0.etcd.test")
              .service(CLEAR, 20, 0, second.port(), "m1.etcd.test"));
      try (Connection connection = connect(IN_THE_CLEAR)) {
        get(connection); // long before its ten seconds are over

        assertThat(second.received(KVGrpc.getRangeMethod())).hasSize(1);
      }
    }
  }

  @Test
  void theHeavierOfAPriorityIsTheFirst() {
    dns.records(
        records()
            .service(CLEAR, 0, 0, first.port(), "m0.etcd.test")
            .service(CLEAR, 0, 65_535, second.port(), "m1.etcd.test"));
    try (Connection connection = connect(IN_THE_CLEAR)) {
      get(connection);

      assertThat(endpoints(connection)).containsExactly(m1(), m0());
    }
  }

  @Test
  void recordsAreAskedForAgainWhenTheirTimeIsOverAndNotBefore() {
    dns.records(records().service(CLEAR, 0, 0, first.port(), "m0.etcd.test").ttl(8));
    try (Connection connection = connect(IN_THE_CLEAR)) {
      get(connection);
      long start = System.nanoTime();
      long asked = dns.servicesAsked(CLEAR);

      dns.records(records().service(CLEAR, 0, 0, second.port(), "m1.etcd.test").ttl(8));
      await().atMost(PATIENCE).until(() -> endpoints(connection).equals(List.of(m1())));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(7));
      assertThat(asked).isEqualTo(1);
      assertThat(dns.servicesAsked(CLEAR)).isEqualTo(2);
      assertThat(events)
          .filteredOn(ConnectionEvent.EndpointsChanged.class::isInstance)
          .containsExactly(
              new ConnectionEvent.EndpointsChanged(List.of(Endpoint.parse(m0()))),
              new ConnectionEvent.EndpointsChanged(List.of(Endpoint.parse(m1()))));
    }
  }

  @Test
  void anEndpointThatMovesIsFollowedLongBeforeTheTimeIsOver() {
    try (TcpBridge old = TcpBridge.to("127.0.0.1", first.port())) {
      dns.records(records().service(CLEAR, 0, 0, old.port(), "m0.etcd.test").ttl(3_600));
      try (Connection connection = connect(IN_THE_CLEAR)) {
        get(connection);

        dns.records(records().service(CLEAR, 0, 0, second.port(), "m1.etcd.test").ttl(3_600));
        old.refuse();

        await().atMost(PATIENCE).until(() -> endpoints(connection).equals(List.of(m1())));
        get(connection);
      }
    }
  }

  enum Failure {
    NO_SUCH_NAME,
    REFUSED,
    SILENT
  }

  @ParameterizedTest
  @EnumSource
  void noFailureOfDnsEmptiesTheList(Failure failure) {
    dns.records(records().service(CLEAR, 0, 0, first.port(), "m0.etcd.test"));
    try (Connection connection = connect(IN_THE_CLEAR)) {
      get(connection);
      switch (failure) {
        case NO_SUCH_NAME -> dns.records(new DnsRecords());
        case REFUSED -> dns.records(DnsRecords.refusingAll());
        case SILENT -> dns.pause();
      }

      await().atMost(PATIENCE).until(() -> !failures().isEmpty());

      assertThat(failures().get(0).source()).isEqualTo("DNS");
      assertThat(failures().get(0).reason())
          .contains(
              switch (failure) {
                case NO_SUCH_NAME -> CLEAR + " names no endpoint";
                case REFUSED -> "answered Refused(5)";
                case SILENT -> "did not answer";
              });
      get(connection);
      assertThat(endpoints(connection)).containsExactly(m0());
    } finally {
      if (failure == Failure.SILENT) {
        dns.resume();
      }
    }
  }

  @Test
  void nothingBlocksWhileDnsIsSilentAtTheStart() {
    dns.records(records().service(CLEAR, 0, 0, first.port(), "m0.etcd.test"));
    dns.pause();
    long start = System.nanoTime();
    try (Connection connection = connect(IN_THE_CLEAR)) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      assertThat(connection.endpoints()).isEmpty();

      assertThatThrownBy(() -> connection.awaitReady(Duration.ofMillis(100)))
          .hasMessageContaining(CLEAR + " is still being looked up");
      await().atMost(PATIENCE).until(() -> !failures().isEmpty());
      assertThatThrownBy(() -> get(connection, Duration.ofSeconds(2)))
          .isInstanceOfSatisfying(
              EtcdException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
          .hasMessageContaining("did not answer");

      dns.resume();
      connection.awaitReady(PATIENCE);
      get(connection);
    }
  }

  @Test
  void aListGivenByHandIsNotChangedByDnsAnyMore() {
    dns.records(records().service(CLEAR, 0, 0, first.port(), "m0.etcd.test"));
    try (Connection connection = connect(IN_THE_CLEAR)) {
      get(connection);

      connection.endpoints(List.of(second.endpoint()));
      long asked = dns.servicesAsked(CLEAR);
      second.close();

      await()
          .during(Duration.ofSeconds(7))
          .atMost(PATIENCE)
          .until(() -> endpoints(connection).equals(List.of(second.endpoint())));
      assertThat(dns.servicesAsked(CLEAR)).isEqualTo(asked);
    }
  }

  @Test
  void anEndpointIsNotOneOfAConnectionThatKnowsNone() {
    try (Connection connection = connect(IN_THE_CLEAR)) {
      assertThatThrownBy(() -> Calls.over(connection).at(Endpoint.parse(first.endpoint())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("endpoint must be one of []");
    }
  }

  @Test
  void whatContradictsItselfIsRefused() {
    assertThatThrownBy(() -> builder(IN_THE_CLEAR).endpoints("http://127.0.0.1:1").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("endpoints are either given or found by DNS");
    assertThatThrownBy(() -> builder(IN_THE_CLEAR).tls(Tls.system()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tls settings need endpoints with https");
    assertThatThrownBy(
            () ->
                Connection.builder()
                    .endpoints("unix:///run/etcd.sock")
                    .followMembers(MemberSync.DEFAULT)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("followMembers needs endpoints with http or https");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "http://etcd.test", "etcd.test:2379", "ä.test"})
  void aDomainThatIsNoneIsRefused(String domain) {
    assertThatThrownBy(() -> DnsSrv.of(domain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("domain must be a name such as example.com, was \"" + domain + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "a_b"})
  void aServiceNameThatIsNoneIsRefused(String name) {
    assertThatThrownBy(() -> DnsSrv.builder("etcd.test").serviceName(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("serviceName must be 1 to 40 letters, digits and hyphens");
  }
}
