package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.Retried;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A learner is among the endpoints, or alone. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class LearnerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CALLS_PER_MEMBER = 20;

  @Parameter EtcdBackend backend;

  private final List<ConnectionEvent> events = new CopyOnWriteArrayList<>();

  private static EtcdMember addLearner(EtcdCluster cluster, Etcd client) {
    String peerUrl = cluster.newPeerUrl();
    client.cluster().addLearner(URI.create(peerUrl));
    EtcdMember learner = cluster.join("learner", peerUrl);
    learner.awaitReady();
    return learner;
  }

  @Test
  void k16_aLearnerAloneServesLocalReadsAndRefusesTheRestByName() {
    try (EtcdCluster cluster = backend.cluster().start();
        Etcd voters = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      EtcdMember learner = addLearner(cluster, voters);
      try (Etcd alone = Etcd.builder().endpoints(learner.endpoint()).build()) {
        KvClient kv = alone.kv().with(call -> call.timeout(Duration.ofMillis(500)));

        assertThat(KvCall.LOCAL_GET.of(kv, "key").memberId()).isEqualTo(MemberId.of(learner.id()));
        assertThat(Stream.of(KvCall.GET, KvCall.PUT, KvCall.DELETE, KvCall.TXN))
            .allSatisfy(
                call ->
                    assertThat(call.tried(kv, "key"))
                        .matches(ended -> ended.wasRefused(Code.NOT_SUPPORTED_FOR_LEARNER)));
      }
    }
  }

  @Test
  void k17_aLearnerAmongVotersIsAskedNothingThatItRefusesUntilItHasAVote() {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Etcd voters = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      EtcdMember learner = addLearner(cluster, voters);
      try (Etcd client =
          Etcd.builder().endpoints(cluster.endpoints()).listener(events::add).build()) {
        MemberId id = MemberId.of(learner.id());
        await().until(() -> AllConnected.of(client.connection()));
        assertThat(client.connection().endpoints())
            .filteredOn(EndpointStatus::isLearner)
            .extracting(status -> status.member().orElseThrow())
            .containsExactly(id);

        for (KvCall call :
            List.of(KvCall.GET, KvCall.PUT, KvCall.DELETE, KvCall.TXN, KvCall.LOCAL_TXN)) {
          assertThat(served(call, client)).hasSize(3).doesNotContainKey(id);
        }
        assertThat(served(KvCall.LOCAL_GET, client)).hasSize(4).containsKey(id);
        for (int i = 0; i < 8; i++) {
          assertThat(client.cluster().listLocally().header().memberId()).isNotEqualTo(id);
        }
        assertThat(events).noneMatch(Retried.class::isInstance);

        promote(client, id);
        long promoted = System.nanoTime();
        await()
            .until(
                () ->
                    client.connection().endpoints().stream().noneMatch(EndpointStatus::isLearner));
        new Figure(backend + ", learner promoted: known as a voter", Duration.ofMillis(1_100))
            .check(Duration.ofNanos(System.nanoTime() - promoted), Duration.ZERO);
        for (KvCall call : List.of(KvCall.GET, KvCall.PUT)) {
          assertThat(served(call, client)).hasSize(4);
          assertThat(served(call, client).get(id))
              .isBetween(CALLS_PER_MEMBER * 8L / 10, CALLS_PER_MEMBER * 12L / 10);
        }
        assertThat(events).noneMatch(Retried.class::isInstance);
      }
    }
  }

  private static void promote(Etcd client, MemberId learner) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(
            e -> e instanceof EtcdException failure && failure.code() == Code.LEARNER_NOT_READY)
        .until(() -> client.cluster().promote(learner), list -> true);
  }

  /** Who answers how many calls; none may fail. */
  private static Map<MemberId, Long> served(KvCall call, Etcd client) {
    return Stream.generate(() -> call.of(client.kv(), "key").memberId())
        .limit(4 * CALLS_PER_MEMBER)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }
}
