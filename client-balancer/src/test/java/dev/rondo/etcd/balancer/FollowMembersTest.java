package dev.rondo.etcd.balancer;

import static dev.rondo.etcd.balancer.ConnectionTest.GET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.internal.Blocking;
import dev.rondo.etcd.balancer.internal.Calls;
import dev.rondo.etcd.testing.DnsRecords;
import dev.rondo.etcd.testing.DnsServer;
import dev.rondo.etcd.testing.ScriptedServer;
import dev.rondo.etcd.testing.TcpBridge;
import dev.rondo.etcd.wire.ClusterGrpc;
import dev.rondo.etcd.wire.KVGrpc;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberListResponse;
import dev.rondo.etcd.wire.RangeRequest;
import dev.rondo.etcd.wire.RangeResponse;
import dev.rondo.etcd.wire.ResponseHeader;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection makes of member lists that a real cluster gives rarely. */
@Timeout(60)
class FollowMembersTest {
  private static final long CLUSTER = 0xc1;
  private static final MemberSync EVERY_SECOND =
      MemberSync.builder().interval(Duration.ofSeconds(1)).build();

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final ScriptedServer seed = answering();
  private final ScriptedServer other = answering();

  @AfterEach
  void close() {
    seed.close();
    other.close();
  }

  private static ScriptedServer answering() {
    ScriptedServer server = ScriptedServer.start();
    server.on(
        KVGrpc.getRangeMethod(), (request, call) -> call.reply(RangeResponse.getDefaultInstance()));
    return server;
  }

  private static Member.Builder member(String... urls) {
    return Member.newBuilder().setName("m").addAllClientURLs(List.of(urls));
  }

  private static void list(ScriptedServer server, long clusterId, Member.Builder... members) {
    MemberListResponse.Builder answer =
        MemberListResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setClusterId(clusterId));
    List.of(members).forEach(answer::addMembers);
    server.on(ClusterGrpc.getMemberListMethod(), (request, call) -> call.reply(answer.build()));
  }

  private ConnectionBuilder builder(MemberSync sync) {
    return Connection.builder()
        .endpoints(seed.endpoint())
        .followMembers(sync)
        .listener(events::add);
  }

  private static void get(Connection connection) {
    Blocking.await(
        Calls.over(connection).call(GET, RangeRequest.getDefaultInstance(), response -> response));
  }

  private static List<String> endpoints(Connection connection) {
    return connection.endpoints().stream().map(status -> status.endpoint().toString()).toList();
  }

  private static void awaitEndpoints(Connection connection, String... urls) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(endpoints(connection)).containsExactly(urls));
  }

  private List<String> failures() {
    return events.stream()
        .filter(ConnectionEvent.DiscoveryFailed.class::isInstance)
        .map(event -> ((ConnectionEvent.DiscoveryFailed) event).reason())
        .toList();
  }

  private static int asked(ScriptedServer server) {
    return server.received(ClusterGrpc.getMemberListMethod()).size();
  }

  @Test
  void theMembersTakeThePlaceOfTheSeeds() {
    list(seed, CLUSTER, member(other.endpoint()));
    list(other, CLUSTER, member(other.endpoint()));
    try (Connection connection = builder(EVERY_SECOND).build()) {
      awaitEndpoints(connection, other.endpoint());
      get(connection);

      assertThat(seed.received(KVGrpc.getRangeMethod())).isEmpty();
      assertThat(seed.received(ClusterGrpc.getMemberListMethod()))
          .allMatch(request -> request.getLinearizable());
      await().until(() -> asked(other) > 1);
    }
  }

  @Test
  void learnersThoseNotStartedAndOtherSchemesArePassedOver() {
    list(
        seed,
        CLUSTER,
        member("http://192.0.2.1:2379").setIsLearner(true),
        member("http://192.0.2.2:2379").setName(""),
        member("https://192.0.2.3:2379", seed.endpoint()),
        member());
    try (Connection connection = builder(EVERY_SECOND).build()) {
      await().until(() -> asked(seed) > 1);

      assertThat(endpoints(connection)).containsExactly(seed.endpoint());
      assertThat(failures()).isEmpty();
    }
  }

  @Test
  void aListThatLeavesNobodyIsToldAndNeverInstalled() {
    list(seed, CLUSTER, member("https://192.0.2.3:2379"));
    try (Connection connection = builder(EVERY_SECOND).build()) {
      await().until(() -> asked(seed) > 2);

      assertThat(endpoints(connection)).containsExactly(seed.endpoint());
      assertThat(failures())
          .singleElement()
          .asString()
          .contains("has a URL that can be used with http")
          .contains("https://192.0.2.3:2379");
      get(connection);
    }
  }

  @Test
  void aListThatCannotBeReadChangesNothing() {
    seed.on(
        ClusterGrpc.getMemberListMethod(),
        (request, call) -> call.fail(Status.PERMISSION_DENIED.withDescription("not for you")));
    try (Connection connection = builder(EVERY_SECOND).build()) {
      await().until(() -> asked(seed) > 2);

      assertThat(endpoints(connection)).containsExactly(seed.endpoint());
      assertThat(failures()).singleElement().asString().contains("not for you");
      get(connection);
    }
  }

  @Test
  void aListOfAnotherClusterIsRefused() {
    list(seed, CLUSTER, member(seed.endpoint()));
    try (Connection connection = builder(EVERY_SECOND).build()) {
      await().until(() -> asked(seed) > 0);

      list(seed, 0xdead, member(other.endpoint()));
      await().until(() -> !failures().isEmpty());

      assertThat(failures())
          .containsExactly(
              "a member of another cluster answered: the cluster's id must be c1, was dead");
      assertThat(endpoints(connection)).containsExactly(seed.endpoint());
      list(seed, CLUSTER, member(other.endpoint()));
      awaitEndpoints(connection, other.endpoint());
    }
  }

  @Test
  void theSeedsStayWhileNoAdvertisedUrlCanBeReachedAndComeBackWhenNoneCan() {
    try (TcpBridge advertised = TcpBridge.to("127.0.0.1", other.port())) {
      String url = "http://127.0.0.1:" + advertised.port();
      advertised.refuse();
      list(seed, CLUSTER, member(url));
      list(other, CLUSTER, member(url));
      try (Connection connection = builder(EVERY_SECOND).build()) {
        awaitEndpoints(connection, url, seed.endpoint());
        get(connection);
        assertThat(seed.received(KVGrpc.getRangeMethod())).hasSize(1);

        advertised.heal();
        awaitEndpoints(connection, url);
        advertised.refuse();
        awaitEndpoints(connection, url, seed.endpoint());

        get(connection);
        assertThat(seed.received(KVGrpc.getRangeMethod())).hasSize(2);
      }
    }
  }

  @Test
  void advertisedUrlsAreMappedAndMayBePassedOver() {
    list(seed, CLUSTER, member("http://10.0.0.1:2379"), member("http://10.0.0.2:2379"));
    list(other, CLUSTER, member("http://10.0.0.1:2379"), member("http://10.0.0.2:2379"));
    MemberSync mapped =
        MemberSync.builder()
            .mapping(
                url ->
                    url.equals("http://10.0.0.1:2379")
                        ? Optional.of(other.endpoint())
                        : Optional.empty())
            .build();
    try (Connection connection = builder(mapped).build()) {
      awaitEndpoints(connection, other.endpoint());
    }
  }

  @Test
  void aMappingThatFailsIsToldAndChangesNothing() {
    list(seed, CLUSTER, member("http://10.0.0.1:2379"));
    MemberSync broken =
        MemberSync.builder()
            .mapping(
                url -> {
                  throw new IllegalArgumentException("no way to " + url);
                })
            .build();
    try (Connection connection = builder(broken).build()) {
      await().until(() -> failures().equals(List.of("no way to http://10.0.0.1:2379")));

      assertThat(endpoints(connection)).containsExactly(seed.endpoint());
      get(connection);
    }
  }

  @Test
  void urlsThatMeanThisMachineArePassedOverUnlessTheSeedsDoToo() {
    try (DnsServer dns = DnsServer.start(new DnsRecords().host("seed.etcd.test", "127.0.0.1"))) {
      list(
          seed,
          CLUSTER,
          member("http://localhost:2379"),
          member("http://127.0.0.1:2379"),
          member("http://[::1]:2379"),
          member("http://0.0.0.0:2379"));
      try (Connection connection =
          builder(EVERY_SECOND)
              .endpoints("http://seed.etcd.test:" + seed.port())
              .dnsServers(dns.address())
              .build()) {
        await().until(() -> !failures().isEmpty());

        assertThat(failures()).singleElement().asString().contains("no member that was started");
        assertThat(endpoints(connection)).containsExactly("http://seed.etcd.test:" + seed.port());
      }
    }
  }

  @Test
  void aDisconnectedEndpointIsAReasonToReadTheListLongBeforeTheInterval() {
    try (TcpBridge leaving = TcpBridge.to("127.0.0.1", other.port())) {
      String url = "http://127.0.0.1:" + leaving.port();
      list(seed, CLUSTER, member(url), member(seed.endpoint()));
      list(other, CLUSTER, member(url), member(seed.endpoint()));
      try (Connection connection =
          builder(MemberSync.builder().interval(Duration.ofDays(1)).build()).build()) {
        awaitEndpoints(connection, url, seed.endpoint());

        list(seed, CLUSTER, member(seed.endpoint()));
        leaving.refuse();

        awaitEndpoints(connection, seed.endpoint());
      }
    }
  }

  @Test
  void aListGivenByHandEndsIt() {
    list(seed, CLUSTER, member(other.endpoint()));
    list(other, CLUSTER, member(other.endpoint()));
    try (Connection connection = builder(EVERY_SECOND).build()) {
      awaitEndpoints(connection, other.endpoint());

      connection.endpoints(List.of(seed.endpoint()));

      await()
          .during(Duration.ofSeconds(3))
          .atMost(Duration.ofSeconds(10))
          .until(() -> endpoints(connection).equals(List.of(seed.endpoint())));
    }
  }

  @Test
  void aPatientCloseDoesNotWaitForAList() {
    seed.on(ClusterGrpc.getMemberListMethod(), (request, call) -> {});
    Connection connection = builder(EVERY_SECOND).build();
    await().until(() -> asked(seed) == 1);
    long start = System.nanoTime();

    boolean isQuiet = connection.close(Duration.ofSeconds(30));

    assertThat(isQuiet).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void anIntervalOutOfBoundsIsRefused() {
    for (Duration interval : List.of(Duration.ofMillis(999), Duration.ofDays(2))) {
      assertThatThrownBy(() -> MemberSync.builder().interval(interval))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("interval must be between PT1S and PT24H, was " + interval);
    }
  }
}
