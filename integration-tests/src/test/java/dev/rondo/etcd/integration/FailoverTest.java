package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Members die under readers and writers. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(300)
class FailoverTest {
  private static final int CALLERS = 8;
  private static final Duration QUIET = Lengths.of(Duration.ofSeconds(2), Duration.ofSeconds(5));

  @Parameter EtcdBackend backend;

  private final ExecutorService threads = Executors.newCachedThreadPool(); // for what blocks

  private EtcdCluster cluster;
  private Connection connection;
  private KvClient kv;
  private @Nullable Load load;

  @BeforeEach
  void start() {
    cluster = backend.cluster().members(3).start();
    connection = Connection.builder().endpoints(cluster.endpoints()).build();
    kv = KvClient.over(connection);
    await().until(() -> isConnectedTo(3));
  }

  @AfterEach
  void stop() {
    if (load != null) {
      load.close(); // or callers of a closed connection would fail again and again, very fast
    }
    connection.close();
    cluster.close();
    threads.shutdownNow();
  }

  private boolean isConnectedTo(int endpoints) {
    return connection.endpoints().stream()
            .filter(status -> status.state() == EndpointStatus.State.CONNECTED)
            .count()
        == endpoints;
  }

  /** Lets the load run undisturbed: how long its gaps are then is the control. */
  private static long quiet(Load load) {
    long start = System.nanoTime();
    await().pollDelay(QUIET).atMost(QUIET.plusSeconds(30)).until(() -> load.successes() > 0);
    return start;
  }

  @Test
  void aFollowerIsKilledAndComesBack() {
    EtcdMember follower = cluster.followers().get(0);
    load = Load.start(kv, "follower/", CALLERS, CALLERS);
    long start = quiet(load);

    long killed = System.nanoTime();
    follower.kill();
    Duration down = Lengths.of(Duration.ofSeconds(3), Duration.ofSeconds(15));
    Pause.of(down);
    long restarted = System.nanoTime();
    follower.restart();
    follower.awaitReady();
    long ready = System.nanoTime();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> load.calls().stream().anyMatch(call -> isServedBy(call, follower, ready)));
    List<Load.Call> calls = load.stop();

    Duration control = Load.longestGap(calls, true, start, killed);
    Load.assertNoReadFailed(calls);
    assertThat(Load.unknownWrites(calls))
        .hasSizeLessThanOrEqualTo(CALLERS)
        .allSatisfy(
            call -> {
              assertThat(call.start()).isLessThan(killed + control.toNanos() + 1_000_000_000L);
              assertThat(call.failure().endpoint()).contains(follower.endpoint());
            });
    load.assertAppliedAtMostOnce(calls);
    new Figure(backend + ", follower killed: longest gap between reads", Duration.ofMillis(250))
        .check(Load.longestGap(calls, true, killed, restarted), control);
    new Figure(
            backend + ", follower killed: serves again after it is ready", Duration.ofMillis(500))
        .check(firstServedBy(calls, follower, ready), control);
  }

  private static boolean isServedBy(Load.Call call, EtcdMember member, long from) {
    return call.hasSucceeded() && call.end() >= from && call.member().value() == member.id();
  }

  private static Duration firstServedBy(List<Load.Call> calls, EtcdMember member, long from) {
    return Duration.ofNanos(
        calls.stream()
                .filter(call -> isServedBy(call, member, from))
                .mapToLong(Load.Call::end)
                .min()
                .orElseThrow()
            - from);
  }

  @Test
  void theLeaderIsKilled() {
    EtcdMember leader = cluster.leader();
    // with so long a deadline, whatever ends in time ends by itself
    KvClient patient = kv.with(call -> call.timeout(Duration.ofMinutes(1)));
    load = Load.start(patient, "leader/", CALLERS, CALLERS);
    long start = quiet(load);

    long killed = System.nanoTime();
    leader.kill();
    cluster.awaitLeaderOtherThan(leader);
    long elected = System.nanoTime();
    // long enough for etcd's own timeout of the writes that went to the dead leader
    Duration rest = Duration.ofSeconds(9);
    Pause.of(rest);
    List<Load.Call> calls = load.stop();

    Duration control = Load.longestGap(calls, true, start, killed);
    Load.assertNoReadFailed(calls);
    List<Load.Call> unknown = Load.unknownWrites(calls);
    assertThat(unknown)
        .allSatisfy(call -> assertThat(call.start()).isLessThan(elected + 3 * control.toNanos()));
    load.assertAppliedAtMostOnce(calls);
    new Figure(
            backend + ", leader killed: reads are back after the election", Duration.ofMillis(500))
        .check(Load.firstSuccess(calls, true, elected), control);
    new Figure(backend + ", leader killed: longest unknown write", Duration.ofSeconds(8))
        .check(longest(unknown), control);
    System.out.printf(
        "[figure] %s, leader killed: elected after %d ms, %d of %d writes unknown%n",
        backend,
        Duration.ofNanos(elected - killed).toMillis(),
        unknown.size(),
        calls.stream().filter(call -> !call.isRead()).count());
  }

  private static Duration longest(List<Load.Call> calls) {
    return calls.stream().map(Load.Call::took).max(Duration::compareTo).orElse(Duration.ZERO);
  }

  @Test
  void allMembersAreDownForAWhile() {
    load = Load.start(kv, "all-down/", CALLERS, 0);
    long start = quiet(load);

    long killed = System.nanoTime();
    cluster.members().forEach(EtcdMember::kill);
    Duration down = Lengths.of(Duration.ofSeconds(5), Duration.ofSeconds(30));
    Pause.of(down);
    CompletableFuture<Long> probe =
        CompletableFuture.supplyAsync(this::firstAnswerToANewcomer, threads);
    cluster.members().forEach(EtcdMember::restart);
    long answered = probe.join();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                load.calls().stream()
                    .anyMatch(call -> call.hasSucceeded() && call.end() > killed + down.toNanos()));
    List<Load.Call> calls = load.stop();

    Duration control = Load.longestGap(calls, true, start, killed);
    long first =
        killed + down.toNanos() + Load.firstSuccess(calls, true, killed + down.toNanos()).toNanos();
    new Figure(backend + ", all down: first success after a newcomer's", Duration.ofSeconds(1))
        .check(Duration.ofNanos(Math.max(0, first - answered)), control);
  }

  /** New connections each time, so that nothing but the cluster itself delays the answer. */
  private long firstAnswerToANewcomer() {
    CompletableFuture<?>[] answers =
        cluster.members().stream()
            .map(member -> CompletableFuture.supplyAsync(() -> firstAnswerOf(member), threads))
            .toArray(CompletableFuture<?>[]::new);
    return (Long) CompletableFuture.anyOf(answers).join();
  }

  private static long firstAnswerOf(EtcdMember member) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(member::isServing);
    return System.nanoTime();
  }
}
