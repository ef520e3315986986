package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.Connected;
import dev.rondo.etcd.balancer.ConnectionEvent.Disconnected;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointFailure;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A member of another cluster stands among the endpoints. */
@ParameterizedClass(name = "{0}")
@MethodSource("clusters")
@Timeout(60)
class OtherClusterTest {
  private static final int CALLS = 10;

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();
  private final EtcdCluster other;
  private final EtcdMember member;
  private final EtcdMember odd;

  OtherClusterTest(TwoClusters two) {
    this.other = two.other();
    this.member = two.cluster().member(0);
    this.odd = other.member(0);
  }

  record TwoClusters(EtcdBackend backend, EtcdCluster cluster, EtcdCluster other)
      implements AutoCloseable {
    static TwoClusters start(EtcdBackend backend) {
      return new TwoClusters(
          backend, backend.cluster().start(), backend.cluster().members(2).start());
    }

    @Override
    public void close() {
      cluster.close();
      other.close();
    }

    @Override
    public String toString() {
      return backend.toString();
    }
  }

  static Stream<TwoClusters> clusters() {
    return Lengths.backends().stream().map(TwoClusters::start);
  }

  private Etcd connect(EtcdMember... members) {
    List<String> urls = Stream.of(members).map(EtcdMember::endpoint).toList();
    return Etcd.builder().endpoints(urls).listener(events::add).build();
  }

  /** The clusters that answer. */
  private static Set<Long> served(Etcd client) {
    return Stream.of(KvCall.values())
        .flatMap(
            call -> Stream.generate(() -> call.of(client.kv(), "key").clusterId()).limit(CALLS))
        .collect(Collectors.toSet());
  }

  private static long clusterId(EtcdMember member) {
    return member.status().getHeader().getClusterId();
  }

  private static EndpointStatus second(Etcd client) {
    return client.connection().endpoints().get(1);
  }

  @Test
  void itIsNeverUsedAndNamedWithTheReasonOnce() {
    try (Etcd client = connect(member)) {
      client.awaitReady(Duration.ofSeconds(10));

      client.connection().endpoints(List.of(member.endpoint(), odd.endpoint()));

      await().until(() -> second(client).lastFailure().isPresent());
      EndpointFailure failure = second(client).lastFailure().orElseThrow();
      assertThat(failure.code()).isEqualTo(Code.CLUSTER_ID_MISMATCH);
      assertThat(failure.reason())
          .contains(
              "a member of cluster "
                  + Long.toHexString(clusterId(odd))
                  + " answers there, which is not the cluster of the other endpoints");
      assertThat(served(client)).containsExactly(clusterId(member));
      Endpoint endpoint = Endpoint.parse(odd.endpoint());
      await() // it is tried again and again
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(events)
                      .doesNotContain(new Connected(endpoint))
                      .filteredOn(Disconnected.class::isInstance)
                      .map(event -> ((Disconnected) event).failure())
                      .extracting(EndpointFailure::code, EndpointFailure::reason)
                      .containsExactly(tuple(failure.code(), failure.reason())));
    }
  }

  @Test
  void whicheverClusterAnswersFirstIsTheOneThatIsUsed() {
    try (Etcd client = connect(member, odd, other.member(1))) {
      client.awaitReady(Duration.ofSeconds(10));

      Set<Long> served = served(client);

      assertThat(served).hasSize(1).isSubsetOf(Set.of(clusterId(member), clusterId(odd)));
    }
  }

  @Test
  void aListWithNothingOfTheOldOneMayBeAnotherCluster() {
    try (Etcd client = connect(member)) {
      client.awaitReady(Duration.ofSeconds(10));
      assertThat(served(client)).containsExactly(clusterId(member));

      client.connection().endpoints(other.endpoints());

      assertThat(served(client)).containsExactly(clusterId(odd));
      await().until(() -> AllConnected.of(client.connection()));
    }
  }
}
