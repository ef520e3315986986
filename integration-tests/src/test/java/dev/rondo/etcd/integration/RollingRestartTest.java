package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** All members are restarted one after the other, and all endpoints exchanged, under load. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(180)
class RollingRestartTest {
  private static final int CALLERS = 8;
  private static final int ROUNDS = Lengths.of(1, 5);

  @Parameter EtcdBackend backend;

  /** When the connection of one member was cut. */
  private record Cut(EtcdMember member, long from, long to) {}

  private static void awaitConnected(Connection connection) {
    await().until(() -> AllConnected.of(connection));
  }

  /** How members go, and the policy under which only writes that were on their way are lost. */
  enum Restart {
    /** A leader hands over first, so no member sends it anything once it is gone. */
    STOPPED(PickPolicy.ROUND_ROBIN),
    /** With another policy, members would send the dead leader writes until they notice. */
    KILLED(PickPolicy.LEADER_FIRST);

    private final PickPolicy policy;

    Restart(PickPolicy policy) {
      this.policy = policy;
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void noReadFailsAndOnlyWritesOnACutConnectionEndAsUnknown(Restart kind) {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Connection connection =
            Connection.builder().endpoints(cluster.endpoints()).policy(kind.policy).build()) {
      awaitConnected(connection);
      List<Cut> cuts = new ArrayList<>();
      List<Load.Call> calls;
      try (Load load = Load.start(KvClient.over(connection), "rolling/", CALLERS, CALLERS)) {
        await().until(() -> load.successes() > 1_000);
        for (int i = 0; i < 3 * ROUNDS; i++) {
          cuts.add(restart(cluster.member(i % 3), kind));
        }
        calls = load.stop();
        Load.assertNoReadFailed(calls);
        load.assertAppliedAtMostOnce(calls);
      }

      List<Load.Call> unknown = Load.unknownWrites(calls);
      System.out.printf(
          "[figure] %s, rolling restart, %s: %d of %d writes unknown%n",
          backend, kind, unknown.size(), calls.stream().filter(call -> !call.isRead()).count());
      assertThat(unknown).allSatisfy(call -> assertThat(cuts).anyMatch(cut -> isOf(call, cut)));
    }
  }

  private static Cut restart(EtcdMember member, Restart kind) {
    long from = System.nanoTime();
    switch (kind) {
      case STOPPED -> member.stop();
      case KILLED -> member.kill();
    }
    long to = System.nanoTime();
    member.restart();
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(member::isServing);
    return new Cut(member, from, to);
  }

  /** Whether the call was under way when the member went. */
  private static boolean isOf(Load.Call call, Cut cut) {
    return call.start() <= cut.to && call.end() >= cut.from;
  }

  @Test
  void endpointsAreExchangedWithoutAFailedCall() {
    try (EtcdCluster cluster = backend.cluster().members(3).start();
        Connection connection =
            Connection.builder().endpoints(cluster.endpoints().subList(0, 1)).build()) {
      awaitConnected(connection);
      List<Load.Call> calls;
      try (Load load = Load.start(KvClient.over(connection), "swap/", CALLERS, CALLERS)) {
        await().until(() -> load.successes() > 1_000);
        for (int i = 0; i < Lengths.of(20, 200); i++) {
          connection.endpoints(swapped(cluster.endpoints(), i));
          long before = load.successes();
          await().until(() -> load.successes() > before + 100);
        }
        calls = load.stop();
      }

      assertThat(calls).filteredOn(call -> !call.hasSucceeded()).isEmpty();
    }
  }

  /** None, one or two of the last list are in the next. */
  private static List<String> swapped(List<String> all, int round) {
    List<String> some = new ArrayList<>();
    some.add(all.get((round + 1) % 3));
    if (round % 3 == 1) {
      some.add(all.get(round % 3));
    }
    return some.stream().distinct().toList();
  }
}
