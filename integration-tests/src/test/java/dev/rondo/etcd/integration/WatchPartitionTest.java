package dev.rondo.etcd.integration;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.kv.WatchState;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A watch whose member loses the others, or is lost; the numbers are those of the scenarios of
 * etcd's own tests. Such a watch ends there, and goes on here.
 */
@Timeout(120)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.SharedCluster#partitionable")
class WatchPartitionTest {
  private static final Duration PATIENCE = ofSeconds(30);

  private final SharedCluster shared;
  private final List<Etcd> clients = new ArrayList<>();
  private final HeardEvents heard = new HeardEvents();
  private final String key = "partition-" + System.nanoTime();

  WatchPartitionTest(SharedCluster shared) {
    this.shared = shared;
  }

  @AfterEach
  void heal() {
    clients.forEach(Etcd::close);
    shared.cluster().members().stream()
        .filter(member -> !member.isRunning())
        .forEach(EtcdMember::restart);
    shared.cluster().members().forEach(EtcdMember::heal);
    shared.cluster().awaitHealthy(PATIENCE);
  }

  private Etcd connect(List<EtcdMember> members) {
    Etcd client =
        Etcd.builder().endpoints(members.stream().map(EtcdMember::endpoint).toList()).build();
    clients.add(client);
    return client;
  }

  private Watch watch(Etcd client) {
    return client.kv().watch(KeyRange.key(key), WatchOptions.DEFAULT, heard);
  }

  @Test
  void c14_aWatchOnALeaderThatIsCutOffSaysSoAndHearsTheRestLater() {
    assertSaysSoAndHearsTheRestLater(shared.cluster().leader());
  }

  @Test
  void c15_aWatchOnAFollowerThatIsCutOffSaysSoAndHearsTheRestLater() {
    assertSaysSoAndHearsTheRestLater(shared.cluster().followers().get(0));
  }

  private void assertSaysSoAndHearsTheRestLater(EtcdMember member) {
    Watch watch = watch(connect(List.of(member)));
    Etcd others = connect(shared.others(member));

    long start = System.nanoTime();
    member.isolate();
    await().atMost(PATIENCE).until(() -> watch.state() != WatchState.ACTIVE);
    Duration noticed = Duration.ofNanos(System.nanoTime() - start);
    others.kv().with(call -> call.timeout(PATIENCE).idempotent(true)).put(key, "missed");
    assertThat(heard.changes()).isEmpty();
    assertThat(watch.disconnectedFor()).isPresent();
    member.heal();
    heard.awaitChanges(1);

    assertThat(heard.told()).startsWith(key + "=missed");
    assertThat(watch.end()).isEmpty();
    new Figure(shared + ", a watch on a member that is cut off says so", ofSeconds(5))
        .check(noticed, Duration.ZERO);
  }

  @Test
  void c17_aWatchOnALeaderThatIsLostHearsTheNextChangeOnceFromAnother() {
    EtcdMember leader = shared.cluster().leader();
    Etcd client = connect(List.of(leader));
    Watch watch = watch(client);
    client.connection().endpoints(shared.cluster().endpoints());

    leader.kill();
    shared.cluster().awaitLeaderOtherThan(leader);
    connect(shared.others(leader)).kv().put(key, "once");
    long start = System.nanoTime();
    heard.awaitChanges(1);
    Duration told = Duration.ofNanos(System.nanoTime() - start);
    leader.restart();
    shared.cluster().awaitHealthy(PATIENCE);

    assertThat(heard.told()).containsExactly(key + "=once");
    assertThat(watch.end()).isEmpty();
    new Figure(shared + ", a watch on a leader that was lost hears of a change", ofSeconds(7))
        .check(told, Duration.ZERO);
  }
}
