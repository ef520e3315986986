package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.MemberSync;
import dev.rondo.etcd.cluster.ClusterClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that follow the member list of a real cluster. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(180)
class MemberSyncTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration SEVERAL_SYNCS = Duration.ofSeconds(4);

  @Parameter EtcdBackend backend;

  private static ConnectionBuilder following(Function<String, Optional<String>> mapping) {
    return Connection.builder()
        .followMembers(
            MemberSync.builder().interval(Duration.ofSeconds(1)).mapping(mapping).build());
  }

  private static List<String> endpoints(Connection connection) {
    return connection.endpoints().stream().map(status -> status.endpoint().toString()).toList();
  }

  /** Waits until these are the endpoints and all are connected. */
  private static void awaitConnected(Connection connection, List<String> urls) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(endpoints(connection)).containsExactlyInAnyOrderElementsOf(urls);
              assertThat(connection.endpoints())
                  .allMatch(status -> status.state() == EndpointStatus.State.CONNECTED);
            });
  }

  private static List<String> direct(EtcdCluster etcd) {
    return etcd.members().stream().map(EtcdMember::directEndpoint).toList();
  }

  private static void promote(ClusterClient cluster, MemberId learner) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(
            e -> e instanceof EtcdException failure && failure.code() == Code.LEARNER_NOT_READY)
        .until(() -> cluster.promote(learner), list -> true);
  }

  @Test
  void allMembersAreFoundFromOneAndFollowedAsTheyComeAndGo() {
    try (EtcdCluster etcd = backend.cluster().members(3).start();
        Connection connection =
            following(Optional::of).endpoints(etcd.member(0).endpoint()).build()) {
      ClusterClient cluster = ClusterClient.over(connection);
      awaitConnected(connection, etcd.endpoints());
      List<String> founders = etcd.endpoints();

      String peerUrl = etcd.newPeerUrl();
      MemberId added = cluster.add(URI.create(peerUrl)).member().id();
      EtcdMember joined = etcd.join("m3", peerUrl);
      awaitConnected(connection, etcd.endpoints());

      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(EtcdException.class) // etcd wants it to be healthy for 5 s
          .until(() -> cluster.remove(added), list -> true);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(endpoints(connection)).containsExactlyInAnyOrderElementsOf(founders));
      assertThat(founders).doesNotContain(joined.endpoint());
    }
  }

  @Test
  void m2_learnersAndMembersThatWereNotStartedAreLeftOutUntilTheyVote() {
    try (EtcdCluster etcd = backend.cluster().members(3).start();
        Connection connection =
            following(Optional::of).endpoints(etcd.member(0).endpoint()).build()) {
      ClusterClient cluster = ClusterClient.over(connection);
      awaitConnected(connection, etcd.endpoints());
      List<String> voters = etcd.endpoints();

      String peerUrl = etcd.newPeerUrl();
      MemberId learner = cluster.addLearner(URI.create(peerUrl)).member().id();
      awaitUnchanged(connection, voters); // not started
      EtcdMember joined = etcd.join("m3", peerUrl);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  cluster.list().members().stream()
                      .anyMatch(member -> member.clientUrls().contains(joined.endpoint())));
      awaitUnchanged(connection, voters); // started, and a learner

      promote(cluster, learner);

      awaitConnected(connection, etcd.endpoints());
    }
  }

  private static void awaitUnchanged(Connection connection, List<String> urls) {
    await()
        .during(SEVERAL_SYNCS)
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(endpoints(connection)).containsExactlyInAnyOrderElementsOf(urls));
  }

  @Test
  void whereAdvertisedUrlsCannotBeReachedTheSeedsAreKept() {
    try (EtcdCluster etcd = backend.cluster().members(3).bridged().start()) {
      etcd.members().forEach(member -> member.bridge().refuse());
      try (Connection connection = following(Optional::of).endpoints(direct(etcd)).build()) {
        KvClient kv = KvClient.over(connection);
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(endpoints(connection))
                        .containsAll(etcd.endpoints())
                        .containsAll(direct(etcd))
                        .hasSize(6));

        for (int i = 0; i < 10; i++) {
          kv.put("a", "b");
        }
      }
    }
  }

  @Test
  void whereAdvertisedUrlsCannotBeReachedAMappingLeadsToThoseThatCan() {
    try (EtcdCluster etcd = backend.cluster().members(3).bridged().start()) {
      etcd.members().forEach(member -> member.bridge().refuse());
      Map<String, String> translation =
          etcd.members().stream()
              .collect(Collectors.toMap(EtcdMember::endpoint, EtcdMember::directEndpoint));
      try (Connection connection =
          following(url -> Optional.ofNullable(translation.get(url)))
              .endpoints(etcd.member(0).directEndpoint())
              .build()) {
        awaitConnected(connection, direct(etcd));

        KvClient.over(connection).put("a", "b");
      }
    }
  }

  @Test
  void whenNoMemberCanBeReachedUnderItsAdvertisedUrlAnyMoreTheSeedsTakeOver() {
    try (EtcdCluster etcd = backend.cluster().members(3).bridged().start();
        Connection connection =
            following(Optional::of).endpoints(etcd.member(0).directEndpoint()).build()) {
      KvClient kv = KvClient.over(connection);
      awaitConnected(connection, etcd.endpoints());

      etcd.members().forEach(member -> member.bridge().refuse());
      kv.put("a", "b");
      assertThat(endpoints(connection)).contains(etcd.member(0).directEndpoint());

      etcd.members().forEach(member -> member.bridge().heal());
      awaitConnected(connection, etcd.endpoints());
      kv.put("a", "c");
    }
  }
}
