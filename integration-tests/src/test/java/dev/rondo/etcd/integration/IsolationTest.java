package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A member is cut off from its peers, and goes on to answer us. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#partitionable")
@Timeout(180)
class IsolationTest {
  private static final int CALLS = 60;

  @Parameter EtcdBackend backend;

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();

  @Test
  void callsThatNeedTheQuorumGoOnElsewhereAndLocalReadsAreServed() {
    try (EtcdCluster cluster = backend.cluster().members(3).partitionable().start();
        Connection connection =
            Connection.builder().endpoints(cluster.endpoints()).listener(events::add).build()) {
      KvClient kv = KvClient.over(connection);
      await().until(() -> AllConnected.of(connection));
      EtcdMember follower = cluster.followers().get(0);

      follower.isolate();
      await().atMost(Duration.ofSeconds(30)).until(() -> follower.status().getLeader() == 0);
      events.clear();
      Set<MemberId> served = new HashSet<>();
      Set<MemberId> servedLocally = new HashSet<>();
      for (int i = 0; i < CALLS; i++) {
        served.add(kv.get(KeyRange.key("a")).header().memberId());
      }
      for (int i = 0; i < CALLS; i++) {
        served.add(kv.put(Bytes.utf8("a"), Bytes.utf8("b")).header().memberId());
      }
      for (int i = 0; i < CALLS; i++) {
        servedLocally.add(kv.get(KeyRange.key("a"), get -> get.serializable()).header().memberId());
      }

      MemberId isolated = MemberId.of(follower.id());
      assertThat(served).hasSize(2).doesNotContain(isolated);
      assertThat(servedLocally).hasSize(3).contains(isolated);
      Endpoint endpoint = Endpoint.parse(follower.endpoint());
      await()
          .untilAsserted(
              () ->
                  assertThat(events)
                      .contains(
                          new ConnectionEvent.Rotated("get", endpoint, Code.NO_LEADER),
                          new ConnectionEvent.Rotated("put", endpoint, Code.NO_LEADER))
                      .noneMatch(ConnectionEvent.Disconnected.class::isInstance));
    }
  }

  @Test
  void c29_aReadSucceedsOnceTheEndpointsLeadAwayFromTheMember() {
    try (EtcdCluster cluster = backend.cluster().members(3).partitionable().start();
        Connection connection =
            Connection.builder().endpoints(cluster.member(0).endpoint()).build()) {
      KvClient kv = KvClient.over(connection);
      EtcdMember isolated = cluster.member(0);
      MemberId id = MemberId.of(isolated.id());
      assertThat(kv.get(KeyRange.key("a")).header().memberId()).isEqualTo(id);
      isolated.isolate();
      await().atMost(Duration.ofSeconds(30)).until(() -> isolated.status().getLeader() == 0);

      connection.endpoints(List.of(cluster.member(1).endpoint(), cluster.member(2).endpoint()));

      assertThat(kv.get(KeyRange.key("a")).header().memberId()).isNotEqualTo(id);
    }
  }
}
