package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static dev.rondo.etcd.balancer.ConnectionTest.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.HostileServer;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.testing.TcpBridge;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How endpoints come and go. */
@Timeout(60)
class ReconnectTest {
  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();

  private static ScriptedServer answering() {
    ScriptedServer server = ScriptedServer.start();
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    return server;
  }

  private Connection connect(String... urls) {
    return Connection.builder().endpoints(urls).listener(events::add).build();
  }

  private static void get(Connection connection) {
    Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  @Test
  void anEndpointThatIsCutOffLeavesAtOnceAndComesBack() {
    try (ScriptedServer server = answering();
        TcpBridge bridge = TcpBridge.to("127.0.0.1", server.port());
        Connection connection = connect("http://127.0.0.1:" + bridge.port())) {
      connection.awaitReady(Duration.ofSeconds(10));
      Endpoint endpoint = connection.endpoints().get(0).endpoint();

      bridge.cut();

      await()
          .untilAsserted(
              () ->
                  assertThat(events)
                      .extracting(Object::getClass)
                      .containsExactly(
                          ConnectionEvent.Connected.class,
                          ConnectionEvent.Disconnected.class,
                          ConnectionEvent.Connected.class));
      assertThat(events.get(0)).isEqualTo(new ConnectionEvent.Connected(endpoint));
      get(connection);
    }
  }

  @Test
  void anEndpointThatAcceptsAndNeverAnswersIsGivenUpAndTriedAgain() {
    try (ScriptedServer server = answering();
        TcpBridge bridge = TcpBridge.to("127.0.0.1", server.port())) {
      bridge.blackhole();
      try (Connection connection = connect("http://127.0.0.1:" + bridge.port())) {
        await()
            .atMost(Duration.ofSeconds(15))
            .untilAsserted(
                () ->
                    assertThat(events)
                        .anySatisfy(
                            event ->
                                assertThat(event.toString())
                                    .contains("no answer to the connection within 3 s")));
        bridge.heal();

        connection.awaitReady(Duration.ofSeconds(15));
        get(connection);
      }
    }
  }

  @Test
  void aDisconnectionIsToldOnceHoweverItsReasonAlternatesAndAgainWhenItsCodeChanges() {
    try (ScriptedServer server = answering();
        HostileServer closing = HostileServer.closing();
        HostileServer foreign = HostileServer.plainHttp();
        TcpBridge bridge = TcpBridge.to("127.0.0.1", closing.port());
        Connection connection = connect("http://127.0.0.1:" + bridge.port())) {
      for (int i = 0; i < 2; i++) {
        bridge.refuse();
        await().until(() -> reason(connection).startsWith("Connection refused"));
        bridge.heal();
        await().until(() -> reason(connection).contains("it may expect https"));
      }
      bridge.retarget("127.0.0.1", foreign.port());
      await().until(() -> reason(connection).startsWith("what answers there is not etcd"));
      bridge.retarget("127.0.0.1", server.port());
      connection.awaitReady(Duration.ofSeconds(10));
      bridge.refuse();
      await().until(() -> reason(connection).startsWith("Connection refused"));

      await().until(() -> events.size() >= 4);
      assertThat(events)
          .extracting(ReconnectTest::told)
          .containsExactly("UNAVAILABLE", "NOT_ETCD", "connected", "UNAVAILABLE");
    }
  }

  private static String reason(Connection connection) {
    return connection.endpoints().get(0).lastFailure().map(EndpointFailure::reason).orElse("");
  }

  private static String told(ConnectionEvent event) {
    return event instanceof ConnectionEvent.Disconnected cut
        ? cut.failure().code().toString()
        : "connected";
  }

  @Test
  void endpointsAreSwappedWithoutLosingACall() {
    try (ScriptedServer first = ScriptedServer.start();
        ScriptedServer second = answering();
        Connection connection = connect(first.endpoint())) {
      first.on(KVGrpc.getRangeMethod(), (request, call) -> {});
      connection.awaitReady(Duration.ofSeconds(10));
      var onItsWay =
          Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), answer -> answer);
      first.awaitReceived(1);

      connection.endpoints(List.of(second.endpoint()));
      get(connection);
      first
          .calls(KVGrpc.getRangeMethod())
          .forEach(call -> call.reply(RangeResponse.getDefaultInstance()));

      Blocking.await(onItsWay);
      assertThat(second.received(KVGrpc.getRangeMethod())).hasSize(1);
      assertThat(connection.endpoints())
          .extracting(EndpointStatus::endpoint)
          .containsExactly(Endpoint.parse(second.endpoint()));
    }
  }

  @Test
  void endpointsThatStayKeepTheirConnection() {
    try (ScriptedServer first = answering();
        ScriptedServer second = answering();
        TcpBridge bridge = TcpBridge.to("127.0.0.1", first.port());
        Connection connection = connect("http://127.0.0.1:" + bridge.port())) {
      connection.awaitReady(Duration.ofSeconds(10));

      connection.endpoints(List.of(second.endpoint(), "http://127.0.0.1:" + bridge.port()));
      await().until(() -> connected(connection) == 2);

      assertThat(bridge.accepted()).isEqualTo(1);
    }
  }

  @Test
  void refusedEndpointsChangeNothing() {
    try (ScriptedServer server = answering();
        Connection connection = connect(server.endpoint())) {
      assertThatThrownBy(() -> connection.endpoints(List.of("https://127.0.0.1:1")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must keep the scheme");
      assertThatThrownBy(() -> connection.endpoints(List.of()))
          .isInstanceOf(IllegalArgumentException.class);

      get(connection);
    }
  }

  @Test
  void buildingNeverWaits() {
    long start = System.nanoTime();
    try (Connection connection = connect("http://192.0.2.1:2379", "http://127.0.0.1:1")) {
      long built = System.nanoTime() - start;

      assertThat(Duration.ofNanos(built)).isLessThan(Duration.ofSeconds(2));
      assertThatThrownBy(() -> connection.awaitReady(Duration.ofMillis(200)))
          .isInstanceOf(EtcdException.class)
          .hasMessageContaining("http://192.0.2.1:2379: ")
          .hasMessageContaining("http://127.0.0.1:1: Connection refused");
    }
  }

  enum Hostile {
    PLAIN_HTTP,
    RANDOM_BYTES,
    SILENT,
    CLOSING
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatIsNotEtcdIsAnErrorWithinTheDeadline(Hostile kind) {
    try (HostileServer server = start(kind);
        Connection connection =
            Connection.builder()
                .endpoints("http://127.0.0.1:" + server.port())
                .calls(calls -> calls.timeout(Duration.ofSeconds(4)))
                .build()) {
      assertThatThrownBy(() -> get(connection))
          .isInstanceOfSatisfying(
              EtcdException.class,
              e ->
                  assertThat(e.code())
                      .isEqualTo(
                          kind == Hostile.PLAIN_HTTP || kind == Hostile.RANDOM_BYTES
                              ? Code.NOT_ETCD
                              : Code.UNAVAILABLE))
          .hasMessageContaining("no endpoint could be reached within PT4S");
    }
  }

  private static HostileServer start(Hostile kind) {
    return switch (kind) {
      case PLAIN_HTTP -> HostileServer.plainHttp();
      case RANDOM_BYTES -> HostileServer.randomBytes();
      case SILENT -> HostileServer.silent();
      case CLOSING -> HostileServer.closing();
    };
  }
}
