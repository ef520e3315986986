package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.Compare;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.lease.BoundKey;
import dev.rondo.etcd.lease.KeptLease;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.lease.LeaseLoss;
import dev.rondo.etcd.lease.LeaseState;
import dev.rondo.etcd.lease.LeaseStatus;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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
  void l1_l9_grantsTellsRenewsAndRevokes(EtcdBackend backend) {
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
  @MethodSource("dev.rondo.etcd.integration.Lengths#backends")
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
  void l3_hearsThatALeaseWasRevokedElsewhereAndKeepsTheOthers(EtcdBackend backend) {
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
  @MethodSource("dev.rondo.etcd.integration.Lengths#backends")
  void l6_l8_saysThatTheTimeIsOverAndThenThatTheLeaseIsGone(EtcdBackend backend) {
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

  @ParameterizedTest
  @MethodSource("backends")
  void l4_l11_nothingIsGrantedOrRenewedOnceTheConnectionIsClosed(EtcdBackend backend) {
    try (var cluster = backend.cluster().start()) {
      var connection = connect(cluster);
      var leases = LeaseClient.over(connection);
      var lease = leases.keep(ofSeconds(5));

      connection.close();

      assertThat(lease.state()).isEqualTo(LeaseState.CLOSED);
      assertThat(code(() -> leases.grant(ofSeconds(5)))).isEqualTo(Code.CLOSED);
      assertThat(code(() -> leases.keep(ofSeconds(5)))).isEqualTo(Code.CLOSED);
      assertThat(code(() -> leases.keepAliveOnce(lease.id()))).isEqualTo(Code.CLOSED);
      assertThat(code(() -> leases.revoke(lease.id()))).isEqualTo(Code.CLOSED);
      assertThat(code(() -> leases.session(ofSeconds(5)))).isEqualTo(Code.CLOSED);
      assertThat(code(() -> leases.selfHealing(ofSeconds(5)))).isEqualTo(Code.CLOSED);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rondo.etcd.integration.Lengths#backends")
  void l5_renewalsGoOnWhateverListenersDo(EtcdBackend backend) throws InterruptedException {
    try (var cluster = backend.cluster().bridged().start();
        var connection = connect(cluster)) {
      var leases = LeaseClient.over(connection);
      var lease = leases.keep(ofSeconds(2));
      var blocked = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      lease.onChange(
          status -> {
            blocked.countDown();
            awaitUninterruptibly(release);
          });
      cluster.member(0).bridge().refuse();
      blocked.await();
      cluster.member(0).bridge().heal();

      await()
          .atMost(ofSeconds(20))
          .during(ofSeconds(4))
          .until(() -> leases.timeToLive(lease.id()).isPresent());

      release.countDown();
      lease.close();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rondo.etcd.integration.Lengths#backends")
  void l7_aLeaseWhoseFirstRenewalIsNeverAnsweredIsAtRiskInTime(EtcdBackend backend) {
    try (var cluster = backend.cluster().bridged().start();
        var connection = connect(cluster)) {
      var told = new CopyOnWriteArrayList<LeaseStatus>();
      var lease = LeaseClient.over(connection).keep(ofSeconds(3));
      lease.onChange(told::add);

      cluster.member(0).bridge().blackhole();
      await().atMost(ofSeconds(20)).until(() -> lease.state() == LeaseState.EXPIRED_UNCONFIRMED);

      assertThat(told).extracting(LeaseStatus::state).startsWith(LeaseState.AT_RISK);
      assertThat(told.get(0).remaining()).isBetween(Duration.ZERO, ofSeconds(1));
      assertThat(lease.status().reason()).as("why it is not renewed").isPresent();
      assertThat(lease.whenLost()).isNotDone();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.rondo.etcd.integration.Lengths#backends")
  void aLostLeaseIsToldWithinItsTimeToLive(EtcdBackend backend) {
    try (var cluster = backend.cluster().start();
        var connection = connect(cluster)) {
      var leases = LeaseClient.over(connection);
      var ttl = ofSeconds(3);
      var kept = IntStream.range(0, 50).mapToObj(i -> leases.keep(ttl)).toList();
      var start = System.nanoTime();
      kept.forEach(lease -> leases.revoke(lease.id()));

      var losses = kept.stream().map(KeptLease::whenLost).toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(losses).orTimeout(30, SECONDS).join();

      new Figure(backend + ": 50 leases of 3 s that were revoked, told", ttl.plusSeconds(1))
          .check(Duration.ofNanos(System.nanoTime() - start), Duration.ZERO);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLostLeaseHealsUnderItsIdWithItsKeys(EtcdBackend backend) {
    try (var cluster = backend.cluster().start();
        var connection = connect(cluster);
        var lease = LeaseClient.over(connection).selfHealing(ofSeconds(2))) {
      var leases = LeaseClient.over(connection);
      var kv = KvClient.over(connection);
      kv.put("a", "written before");
      lease.bind("a", "1");
      lease.bind("b", "2");
      lease.bind("b", "3");
      lease.bind("c", "4");
      assertThat(kv.get("a").orElseThrow().lease()).isEqualTo(lease.id());

      leases.revoke(lease.id());
      kv.put("c", "of somebody else");
      await().atMost(ofSeconds(20)).until(() -> lease.restorations() == 1);
      await()
          .atMost(ofSeconds(20))
          .until(
              () -> lease.keys().stream().noneMatch(key -> key.state() == BoundKey.State.PENDING));

      assertThat(lease.keys())
          .extracting(key -> key.key().utf8() + " " + key.state())
          .containsExactly("a BOUND", "b BOUND", "c TAKEN");
      assertThat(kv.get(KeyRange.all()).kvs())
          .extracting(kv1 -> kv1.value().utf8())
          .containsExactly("1", "3", "of somebody else");
      assertThat(leases.timeToLiveWithKeys(lease.id()).orElseThrow().keys())
          .containsExactlyInAnyOrder(Bytes.utf8("a"), Bytes.utf8("b"));

      lease.unbind(Bytes.utf8("a"));
      assertThat(kv.get("a")).isEmpty();
      lease.close();
      assertThat(kv.get("b")).isEmpty();
      assertThat(kv.get("c")).isPresent();
      assertThat(leases.list().ids()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aSessionIsSharedAndGuardsWrites(EtcdBackend backend) {
    try (var cluster = backend.cluster().start();
        var connection = connect(cluster)) {
      var leases = LeaseClient.over(connection);
      var kv = KvClient.over(connection);
      var session = leases.session(ofSeconds(3));
      var other = session.share();
      kv.putIfAbsent("lock", "me", session.leaseId());

      session.close();
      var held =
          kv.txn()
              .when(Compare.lease("lock").isEqualTo(other.leaseId()))
              .then(Op.put("guarded", "by the holder"))
              .commit();
      assertThat(held.succeeded()).isTrue();
      assertThat(other.isAlive()).isTrue();
      leases.revoke(other.leaseId());

      other.whenLost().orTimeout(20, SECONDS).join();
      assertThat(other.isAlive()).isFalse();
      var lost =
          kv.txn()
              .when(Compare.lease("lock").isEqualTo(other.leaseId()))
              .then(Op.put("guarded", "by nobody"))
              .commit();
      assertThat(lost.succeeded()).isFalse();
      other.close();
    }
  }
}
