package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.KeptLease;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.lease.LeaseLoss;
import dev.rondo.etcd.lease.LeaseState;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Leases, kept and lost. */
class LeaseTest {
  static List<EtcdBackend> backends() {
    return EtcdBackend.all();
  }

  private static Connection connect(EtcdCluster cluster) {
    return Connection.builder().endpoints(cluster.endpoints()).build();
  }

  private static Code code(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run).code();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void grantsTellsAndRevokes(EtcdBackend backend) {
    try (var cluster = backend.cluster().start();
        var connection = connect(cluster)) {
      var leases = LeaseClient.over(connection);
      var kv = KvClient.over(connection);

      var grant = leases.grant(ofSeconds(60));
      kv.put("key", "value", put -> put.lease(grant.id()));
      var found = leases.timeToLiveWithKeys(grant.id()).orElseThrow();

      assertThat(grant.ttl()).isEqualTo(ofSeconds(60));
      assertThat(found.granted()).isEqualTo(ofSeconds(60));
      assertThat(found.remaining()).isBetween(ofSeconds(50), ofSeconds(60));
      assertThat(found.keys()).containsExactly(Bytes.utf8("key"));
      assertThat(leases.timeToLive(grant.id()).orElseThrow().keys()).isEmpty();
      assertThat(leases.list().ids()).containsExactly(grant.id());
      assertThat(leases.keepAliveOnce(grant.id()).ttl()).isEqualTo(ofSeconds(60));
      assertThat(code(() -> leases.grant(ofSeconds(5), grant.id()))).isEqualTo(Code.LEASE_EXIST);

      leases.revoke(grant.id());

      assertThat(kv.get("key")).isEmpty();
      assertThat(leases.list().ids()).isEmpty();
      assertThat(leases.timeToLive(grant.id())).isEmpty();
      assertThat(code(() -> leases.revoke(grant.id()))).isEqualTo(Code.LEASE_NOT_FOUND);
      assertThat(code(() -> leases.keepAliveOnce(grant.id()))).isEqualTo(Code.LEASE_NOT_FOUND);
      assertThat(code(() -> leases.keep(grant.id()))).isEqualTo(Code.LEASE_NOT_FOUND);
      assertThat(leases.grant(Duration.ofHours(2_500_000), LeaseId.of(-7)).ttl())
          .isEqualTo(Duration.ofHours(2_500_000));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void keepsAThousandLeasesThroughTheLossOfTheLeader(EtcdBackend backend) {
    try (var cluster = backend.cluster().members(3).start();
        var connection = connect(cluster)) {
      var changes = new CopyOnWriteArrayList<LeaseState>();
      var leases = LeaseClient.over(connection);
      var kept =
          IntStream.range(0, 1000)
              .mapToObj(i -> leases.async().keep(ofSeconds(5)))
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .toList();
      kept.forEach(lease -> lease.onChange(status -> changes.add(status.state())));

      cluster.leader().kill();

      await().atMost(ofSeconds(20)).during(ofSeconds(8)).until(changes::isEmpty);
      assertThat(leases.list().ids()).hasSize(1000);
      kept.forEach(KeptLease::release);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void hearsThatALeaseWasRevokedElsewhere(EtcdBackend backend) {
    try (var cluster = backend.cluster().start();
        var connection = connect(cluster)) {
      var leases = LeaseClient.over(connection);
      var lease = leases.keep(ofSeconds(3));
      var other = leases.keep(ofSeconds(3));

      leases.revoke(lease.id());

      var loss = lease.whenLost().orTimeout(10, SECONDS).join();
      assertThat(loss).isEqualTo(new LeaseLoss(lease.id(), LeaseLoss.Reason.REVOKED));
      assertThat(other.state()).isEqualTo(LeaseState.ACTIVE);
      other.close();
      assertThat(leases.list().ids()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void saysThatTheTimeIsOverAndThenThatTheLeaseIsGone(EtcdBackend backend) {
    try (var cluster = backend.cluster().bridged().start();
        var connection = connect(cluster);
        var past = Connection.builder().endpoints(cluster.member(0).directEndpoint()).build()) {
      var changes = new CopyOnWriteArrayList<LeaseState>();
      var lease = LeaseClient.over(connection).keep(ofSeconds(2));
      lease.onChange(status -> changes.add(status.state()));

      cluster.member(0).bridge().refuse();
      await().atMost(ofSeconds(20)).until(() -> lease.state() == LeaseState.EXPIRED_UNCONFIRMED);
      await()
          .atMost(ofSeconds(20))
          .until(() -> !LeaseClient.over(past).list().ids().contains(lease.id()));
      cluster.member(0).bridge().heal();

      await().atMost(ofSeconds(20)).until(() -> lease.whenLost().isDone());
      assertThat(lease.whenLost().join().reason()).isEqualTo(LeaseLoss.Reason.EXPIRED);
      assertThat(changes)
          .containsExactly(LeaseState.AT_RISK, LeaseState.EXPIRED_UNCONFIRMED, LeaseState.LOST);
    }
  }
}
