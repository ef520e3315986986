package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The leader is cut off from the others, with a client that reaches it alone. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#partitionable")
@Timeout(120)
class MinorityTest {
  private static final Duration DEADLINE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Parameter EtcdBackend backend;

  private EtcdCluster cluster;
  private Etcd client;
  private EtcdMember leader;
  private RawMember minority;

  @BeforeEach
  void start() {
    cluster = backend.cluster().members(3).partitionable().start();
    client = Etcd.builder().endpoints(cluster.endpoints()).build();
    client.awaitReady(PATIENCE);
    client.kv().put("key", "before");
    leader = cluster.leader();
    minority = new RawMember(leader);
    await().untilAsserted(this::assertStaleReadGoesOn);
  }

  @AfterEach
  void stop() {
    minority.close();
    client.close();
    cluster.close();
  }

  @Test
  void aLeaderAloneNeitherWritesNorReadsLinearizably() {
    leader.isolate();
    CompletableFuture<Void> write = CompletableFuture.runAsync(this::write);
    CompletableFuture<Void> read = CompletableFuture.runAsync(this::read);
    try (RawMember majority = new RawMember(cluster.awaitLeaderOtherThan(leader))) {
      majority.kv(PATIENCE).put(RawMember.put("key", "after"));
    }

    assertThat(write)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(StatusRuntimeException.class);
    assertThat(read)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(this::write).isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(this::read).isInstanceOf(StatusRuntimeException.class);
    assertStaleReadGoesOn();
    heal();
    assertThat(client.kv().get("key").orElseThrow().value().utf8()).isEqualTo("after");
    assertMembersAgree();
  }

  @Test
  void whatRequiresALeaderEndsSoonAfterNoneIsSeen() throws Exception {
    RawMember.Watch watch = minority.watchUnderLeader("key");
    assertThat(watch.created().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    leader.isolate();
    await().atMost(PATIENCE).until(() -> leader.status().getLeader() == 0);
    long noticed = System.nanoTime();
    assertNoLeader(() -> minority.kvUnderLeader(DEADLINE).put(RawMember.put("lost", "lost")));
    assertNoLeader(() -> minority.kvUnderLeader(DEADLINE).range(RawMember.get("key")));
    long refused = System.nanoTime();
    Status end = watch.end().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    long ended = System.nanoTime();

    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).isEqualTo("etcdserver: no leader");
    assertStaleReadGoesOn();
    new Figure(backend + ", leader isolated: calls are refused", Duration.ofMillis(100))
        .check(Duration.ofNanos(refused - noticed), Duration.ZERO);
    // etcd looks once in an election timeout, and believes it the third time
    new Figure(backend + ", leader isolated: a stream is ended", Duration.ofSeconds(4))
        .check(Duration.ofNanos(ended - noticed), Duration.ZERO);
    heal();
    assertMembersAgree();
  }

  private void write() {
    minority.kv(DEADLINE).put(RawMember.put("lost", "lost"));
  }

  private void read() {
    minority.kv(DEADLINE).range(RawMember.get("key"));
  }

  private static void assertNoLeader(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("UNAVAILABLE: etcdserver: no leader");
  }

  private void assertStaleReadGoesOn() {
    assertThat(minority.stale("key", DEADLINE)).isEqualTo("before");
  }

  private void heal() {
    leader.heal();
    cluster.awaitHealthy(PATIENCE);
  }

  private void assertMembersAgree() {
    KvClient kv = client.kv().with(call -> call.idempotent(true));
    Revision revision = kv.put("healed", "yes").header().revision();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions() // a member that is behind does not have the revision yet
        .untilAsserted(
            () ->
                assertThat(cluster.endpoints())
                    .map(endpoint -> client.maintenance().hashKv(endpoint, revision).hash())
                    .hasSize(3)
                    .containsOnly(hash(revision)));
  }

  private long hash(Revision revision) {
    return client.maintenance().hashKv(leader.endpoint(), revision).hash();
  }
}
