package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.EndpointStatus.State;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.TxnResult;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The only member is stopped or frozen under calls, and clients are closed. */
@Alone
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class LoneMemberTest {
  private static final Duration BRIEF = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final SingleMember etcd;
  private final EtcdMember member;
  private final String key;
  private Etcd client;

  LoneMemberTest(SingleMember etcd) {
    this.etcd = etcd;
    this.member = etcd.cluster().member(0);
    this.key = etcd.newPrefix() + "a";
  }

  @BeforeEach
  void connect() {
    client = open();
    client.awaitReady(DEADLINE);
  }

  @AfterEach
  void restart() {
    client.close();
    if (!member.isRunning()) {
      member.restart();
    }
    etcd.cluster().awaitHealthy(DEADLINE);
  }

  private Etcd open() {
    return Etcd.builder().endpoints(member.endpoint()).build();
  }

  private KvClient within(Duration deadline) {
    return client.kv().with(call -> call.timeout(deadline));
  }

  private EndpointStatus status() {
    return client.connection().endpoints().get(0);
  }

  private void stop() {
    member.stop();
    await().until(() -> status().state() != State.CONNECTED);
  }

  @Test
  void k5_callsAfterTheCloseFailAsClosedThoseOfNewClientsToo() {
    client.close();

    List<EtcdException> failures =
        List.of(
            failure(() -> client.kv().get(key)),
            failure(() -> client.kv().put(key, "1")),
            failure(() -> KvClient.over(client.connection()).get(key)),
            failure(() -> client.kv().txn().then(Op.get(key)).commit()));

    assertThat(failures)
        .allSatisfy(
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.CLOSED);
              assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
              assertThat(failure.attempts()).isZero();
            });
    assertThat(etcd.kv().get(key)).isEmpty();
  }

  private static EtcdException failure(Runnable call) {
    return catchThrowableOfType(EtcdException.class, call::run);
  }

  @Test
  void k9_aReadThatIsMadeWhileTheMemberIsStoppedIsAnsweredAfterItsRestart() {
    etcd.kv().put(key, "1");
    stop();

    CompletableFuture<Optional<KeyValue>> read = within(DEADLINE).async().get(key);
    member.restart();

    assertThat(read).succeedsWithin(DEADLINE);
    assertThat(read.join().orElseThrow().value().utf8()).isEqualTo("1");
  }

  @Test
  void k10_k18_writesToAStoppedMemberFailAndTheReadsThatFollowSeeNone() {
    stop();

    List<EtcdException> failures =
        List.of(
            failure(() -> within(BRIEF).put(key, "1")),
            failure(() -> within(BRIEF).txn().then(Op.put(key, "1")).commit()));
    CompletableFuture<Optional<KeyValue>> read = within(DEADLINE).async().get(key);
    CompletableFuture<TxnResult> txn =
        within(DEADLINE).async().txn().then(Op.get(KeyRange.key(key))).commit();
    member.restart();

    assertThat(failures)
        .allSatisfy(
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
              assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
            });
    assertThat(CompletableFuture.allOf(read, txn)).succeedsWithin(DEADLINE);
    assertThat(read.join()).isEmpty();
    assertThat(txn.join().get(0).kvs()).isEmpty();
  }

  @Test
  void k11_aBlockedReadIsCancelledAndTheClientWorksOn() throws InterruptedException {
    etcd.kv().put(key, "1");
    member.pause();
    CompletableFuture<?> read = client.kv().async().get(key);
    AtomicReference<EtcdException> interrupted = new AtomicReference<>();
    Thread reader = new Thread(() -> interrupted.set(failure(() -> client.kv().get(key))));
    reader.start();
    await().until(() -> status().inFlight() == 2);

    read.cancel(true);
    reader.interrupt();
    reader.join();
    await().until(() -> status().inFlight() == 0);
    member.resume();

    assertThat(read).isCancelled();
    assertThat(interrupted.get().code()).isEqualTo(Code.CANCELLED);
    assertThat(client.kv().get(key)).isPresent();
  }

  @Test
  void k12_k13_aClientIsClosedCleanlyAfterCallsThatFailedAndUnderOneThatWaits() {
    stop();
    failure(() -> within(BRIEF).get(key));
    failure(() -> within(BRIEF).put(key, "1"));

    boolean isQuiet = client.close(BRIEF);

    assertThat(isQuiet).isTrue();
    client = open();
    CompletableFuture<?> waiting = client.kv().async().get(key);
    client.close();
    assertThat(waiting)
        .failsWithin(BRIEF)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            EtcdException.class, failure -> assertThat(failure.code()).isEqualTo(Code.CLOSED));
  }
}
