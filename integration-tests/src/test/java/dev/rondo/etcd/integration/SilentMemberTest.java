package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdClusterBuilder;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Members that keep their connections and say nothing, under readers and writers. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#partitionable")
@Timeout(300)
class SilentMemberTest {
  /** The defaults of the silence threshold and the probe, and what the issue grants beyond. */
  private static final Duration GAP = Duration.ofMillis(400 + 400 + 250);

  private static final int CALLERS = 16;
  private static final Duration QUIET = Lengths.of(Duration.ofSeconds(2), Duration.ofSeconds(4));

  enum Transport {
    PLAINTEXT,
    TLS
  }

  enum Silence {
    FROZEN(Duration.ofSeconds(4), Duration.ofSeconds(20)),
    BLACK_HOLED(Duration.ofSeconds(4), Duration.ofSeconds(25));

    private final Duration length;

    Silence(Duration brief, Duration full) {
      this.length = Lengths.of(brief, full);
    }

    void begin(EtcdMember member) {
      switch (this) {
        case FROZEN -> member.pause();
        case BLACK_HOLED -> member.bridge().blackhole();
      }
    }

    void end(EtcdMember member) {
      switch (this) {
        case FROZEN -> member.resume();
        case BLACK_HOLED -> member.bridge().heal();
      }
    }
  }

  @Parameter EtcdBackend backend;

  private final Certificates certificates = Certificates.create();
  private @Nullable EtcdCluster cluster;
  private @Nullable Connection connection;
  private @Nullable Load load;

  @AfterEach
  void stop() {
    if (load != null) {
      load.close();
    }
    if (connection != null) {
      connection.close();
    }
    if (cluster != null) {
      cluster.close();
    }
    certificates.close();
  }

  private EtcdCluster start(EtcdClusterBuilder builder, Transport transport, PickPolicy policy) {
    builder.members(3);
    if (transport == Transport.TLS) {
      builder.tls(certificates);
    }
    EtcdCluster started = builder.start();
    cluster = started;
    ConnectionBuilder settings = Connection.builder().endpoints(started.endpoints()).policy(policy);
    if (transport == Transport.TLS) {
      settings.tls(Tls.builder().trust(certificates.ca()).build());
    }
    Connection made = settings.build();
    connection = made;
    await().until(() -> AllConnected.of(made));
    return started;
  }

  /** Starts the load and lets it run undisturbed for a while. */
  private Load startLoad(String prefix) {
    Load started = Load.start(KvClient.over(connection), prefix, CALLERS, CALLERS);
    load = started;
    await().until(() -> started.successes() > 1_000); // everything is compiled and connected
    return started;
  }

  private static long after(Duration time) {
    Pause.of(time);
    return System.nanoTime();
  }

  /**
   * Checks what holds for whatever begins at {@code from} or later, and for all reads; a writer may
   * lose one call that was there before anybody could know.
   */
  private void assertBearable(
      String what, List<Load.Call> calls, long start, long fault, long from, long to) {
    String name = backend + ", " + what;
    Duration control = Load.longestGapOfAnyCaller(calls, true, start, fault);
    List<Load.Call> unknown = Load.unknownWrites(calls);
    Load.assertNoReadFailed(calls);
    assertThat(calls).allSatisfy(call -> assertThat(call.took()).isLessThan(Duration.ofSeconds(9)));
    new Figure(name + ": longest gap of a reader", GAP)
        .check(Load.longestGapOfAnyCaller(calls, true, from, to), control);
    new Figure(name + ": last unknown write began", GAP)
        .check(
            Duration.ofNanos(
                unknown.stream().mapToLong(call -> call.start() - from).max().orElse(0)),
            control);
    System.out.printf(
        "[figure] %s: longest gap of a writer %d ms, %d of %d writes unknown, %.0f calls/s before,"
            + " %.0f after%n",
        name,
        Load.longestGapOfAnyCaller(calls, false, from, to).toMillis(),
        unknown.size(),
        calls.stream().filter(call -> !call.isRead()).count(),
        Load.rate(calls, start, fault),
        Load.rate(calls, from + 2 * GAP.toNanos(), to));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("silences")
  void aFollowerIsSilent(Silence silence, Transport transport) {
    EtcdCluster members = start(backend.cluster().bridged(), transport, PickPolicy.ROUND_ROBIN);
    EtcdMember follower = members.followers().get(0);
    Load callers = startLoad("follower/");
    long start = System.nanoTime();
    long fault = after(QUIET);

    silence.begin(follower);
    long end = after(silence.length);
    silence.end(follower);
    long healed = System.nanoTime();
    // A member that was frozen for long has its peers to find first, and may take many seconds.
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(30))
        .until(follower::isServing);
    long ready = System.nanoTime();
    await().atMost(Duration.ofSeconds(30)).until(() -> hasServed(callers, follower, healed));
    long sound = System.nanoTime();
    long over = after(QUIET);
    List<Load.Call> calls = callers.stop();

    String what = "follower " + silence + ", " + transport;
    // of before or of after, for what else this machine does may change meanwhile
    double usual = Math.min(Load.rate(calls, start, fault), Load.rate(calls, sound, over));
    assertThat(Load.rate(calls, fault + 2 * GAP.toNanos(), end))
        .as("calls a second after the fault was noticed")
        .isGreaterThan(0.6 * usual);
    List<Load.Call> during = calls.stream().filter(call -> call.start() < end).toList();
    assertThat(Load.unknownWrites(during))
        .hasSizeLessThanOrEqualTo(CALLERS)
        .allSatisfy(call -> assertThat(call.failure().endpoint()).contains(follower.endpoint()));
    assertToldByTheMember(calls.stream().filter(call -> call.start() >= end).toList());
    new Figure(backend + ", " + what + ": longest call", GAP)
        .check(longest(during), Load.longestGapOfAnyCaller(calls, true, start, fault));
    assertBearable(what, during, start, fault, fault, end);
    Load.assertNoReadFailed(calls);
    load.assertAppliedAtMostOnce(calls);
    Duration recovery = Duration.ofNanos(ready - healed);
    Duration served = firstServedBy(calls, follower, healed);
    String again =
        "%s, %s: serves again, after it could (%d ms after the fault)"
            .formatted(backend, what, recovery.toMillis());
    new Figure(again, Duration.ofMillis(1_500)).check(served.minus(recovery), GAP);
  }

  /**
   * An etcd that was frozen for long has lost its way to the leader, and for a moment takes writes
   * that it cannot pass on; it says so itself, after its own seven seconds.
   */
  private static void assertToldByTheMember(List<Load.Call> afterwards) {
    assertThat(Load.unknownWrites(afterwards))
        .allSatisfy(
            call ->
                assertThat(call.failure().code())
                    .isIn(Code.TIMEOUT, Code.TIMEOUT_DUE_TO_CONNECTION_LOST));
  }

  static List<Arguments> silences() {
    List<Arguments> brief =
        List.of(
            Arguments.of(Silence.FROZEN, Transport.TLS),
            Arguments.of(Silence.BLACK_HOLED, Transport.PLAINTEXT));
    List<Arguments> others =
        List.of(
            Arguments.of(Silence.FROZEN, Transport.PLAINTEXT),
            Arguments.of(Silence.BLACK_HOLED, Transport.TLS));
    return Lengths.areFull() ? Stream.of(brief, others).flatMap(List::stream).toList() : brief;
  }

  enum LeaderFault {
    FROZEN,
    ISOLATED,
    KILLED;

    void begin(EtcdMember leader) {
      switch (this) {
        case FROZEN -> leader.pause();
        case ISOLATED -> leader.isolate();
        case KILLED -> leader.kill();
      }
    }

    void end(EtcdMember leader) {
      switch (this) {
        case FROZEN -> leader.resume();
        case ISOLATED -> leader.heal();
        case KILLED -> leader.restart();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = LeaderFault.class,
      names = {"FROZEN", "ISOLATED"})
  void theLeaderIsSilent(LeaderFault kind) {
    EtcdCluster members =
        start(backend.cluster().partitionable(), Transport.PLAINTEXT, PickPolicy.ROUND_ROBIN);
    EtcdMember leader = members.leader();
    Load callers = startLoad("leader/");
    long start = System.nanoTime();
    long fault = after(QUIET);

    kind.begin(leader);
    members.awaitLeaderOtherThan(leader);
    long elected = System.nanoTime();
    long end = after(Lengths.of(Duration.ofSeconds(4), Duration.ofSeconds(20)));
    kind.end(leader);
    List<Load.Call> calls = callers.stop();

    assertBearable("leader " + kind, calls, start, fault, elected, end);
    load.assertAppliedAtMostOnce(calls);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(LeaderFault.class)
  void theLeaderIsLostWithLeaderFirst(LeaderFault kind) {
    EtcdCluster members =
        start(backend.cluster().partitionable(), Transport.PLAINTEXT, PickPolicy.LEADER_FIRST);
    EtcdMember leader = members.leader();
    await().until(() -> connection.endpoints().stream().anyMatch(status -> status.isLeader()));
    Load callers = startLoad("first/");
    long start = System.nanoTime();
    long fault = after(QUIET);

    kind.begin(leader);
    members.awaitLeaderOtherThan(leader);
    long elected = System.nanoTime();
    // in full, longer than etcd's own timeout
    long end = after(Lengths.of(Duration.ofSeconds(3), Duration.ofSeconds(9)));
    kind.end(leader);
    List<Load.Call> calls = callers.stop();

    assertBearable("leader " + kind + ", leader first", calls, start, fault, elected, end);
    load.assertAppliedAtMostOnce(calls);
    if (kind == LeaderFault.ISOLATED) {
      return; // the leader itself answers the writes that it had, after its own seven seconds
    }
    Duration longest =
        calls.stream()
            .filter(call -> !call.isRead() && call.end() > fault)
            .map(Load.Call::took)
            .max(Duration::compareTo)
            .orElseThrow();
    Duration election = Duration.ofNanos(elected - fault);
    new Figure(
            backend
                + ", leader "
                + kind
                + ", leader first: longest write beyond the election of "
                + election.toMillis()
                + " ms",
            Duration.ofSeconds(1))
        .check(longest.minus(election), Load.longestGapOfAnyCaller(calls, false, start, fault));
  }

  private static boolean hasServed(Load load, EtcdMember member, long from) {
    long id = member.id();
    return load.calls().stream()
        .anyMatch(call -> call.hasSucceeded() && call.end() > from && call.member().value() == id);
  }

  private static Duration firstServedBy(List<Load.Call> calls, EtcdMember member, long from) {
    long id = member.id();
    return Duration.ofNanos(
        calls.stream()
                .filter(
                    call -> call.hasSucceeded() && call.end() > from && call.member().value() == id)
                .mapToLong(Load.Call::end)
                .min()
                .orElseThrow()
            - from);
  }

  private static Duration longest(List<Load.Call> calls) {
    return calls.stream().map(Load.Call::took).max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
