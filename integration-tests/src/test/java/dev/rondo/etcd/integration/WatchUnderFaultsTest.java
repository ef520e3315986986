package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.TxnResult;
import dev.rondo.etcd.kv.Watch;
import dev.rondo.etcd.kv.WatchBatch;
import dev.rondo.etcd.kv.WatchEnd;
import dev.rondo.etcd.kv.WatchEvent;
import dev.rondo.etcd.kv.WatchListener;
import dev.rondo.etcd.kv.WatchOptions;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many watches of one client while members are killed, frozen and cut off from the others in turn,
 * the leader among them, and somebody writes all the time.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("backends")
@Timeout(600)
class WatchUnderFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEYS = 1_000;
  private static final int WRITES_PER_SECOND = 200;
  private static final int FAULTS = Lengths.of(3, 36);
  private static final Duration FAULT = Lengths.of(Duration.ofMillis(1_500), Duration.ofSeconds(3));
  private static final Duration REST = Duration.ofMillis(500);

  @Parameter EtcdBackend backend;

  private final Map<String, Heard> byKey =
      Stream.iterate(0, i -> i < KEYS, i -> i + 1)
          .collect(Collectors.toMap(WatchUnderFaultsTest::key, any -> new Heard()));
  private final Heard all = new Heard();
  private final Queue<CompletableFuture<TxnResult>> writes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger written = new AtomicInteger();
  private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
  private EtcdCluster cluster;
  private Etcd watching;
  private Etcd writing;

  /** All that one watch told. */
  private static final class Heard implements WatchListener {
    private final Queue<WatchBatch> batches = new ConcurrentLinkedQueue<>();
    private final Queue<WatchEnd> ends = new ConcurrentLinkedQueue<>();

    @Override
    public void onBatch(WatchBatch batch) {
      batches.add(batch);
    }

    @Override
    public void onEnd(WatchEnd end) {
      ends.add(end);
    }

    List<WatchEvent> changes() {
      return batches.stream()
          .flatMap(batch -> batch.events().stream())
          .filter(WatchEvent.Put.class::isInstance)
          .toList();
    }

    long breaks() {
      return batches.stream()
          .filter(batch -> batch.events().get(0) instanceof WatchEvent.Reconnected)
          .count();
    }
  }

  /** In brief etcd alone, where members are processes. */
  static List<EtcdBackend> backends() {
    return Lengths.partitionable().stream()
        .filter(backend -> Lengths.areFull() || backend.isReal())
        .toList();
  }

  private static String key(int number) {
    return "fault/" + (number % KEYS);
  }

  @BeforeEach
  void start() {
    cluster = backend.cluster().members(3).partitionable().start();
    watching = Etcd.builder().endpoints(cluster.endpoints()).build();
    writing = Etcd.builder().endpoints(cluster.endpoints()).policy(PickPolicy.LEADER_FIRST).build();
  }

  @AfterEach
  void stop() {
    writer.shutdownNow();
    watching.close();
    writing.close();
    cluster.close();
  }

  @Test
  void eachWatchHearsTheExactHistoryOfItsRange() {
    List<Watch> watches = watch();
    AsyncKvClient kv = writing.kv().with(call -> call.timeout(Duration.ofSeconds(3))).async();
    var unused =
        writer.scheduleAtFixedRate(
            () -> write(kv), 0, 1_000_000 / WRITES_PER_SECOND, TimeUnit.MICROSECONDS);

    for (int i = 0; i < FAULTS; i++) {
      disturb(i);
    }
    writer.shutdown();
    cluster.awaitHealthy(PATIENCE);
    await().atMost(PATIENCE).until(() -> writes.stream().allMatch(CompletableFuture::isDone));

    List<WatchEvent> history = history();
    await().atMost(PATIENCE).until(() -> all.changes().size() >= history.size());
    assertThat(all.changes()).isEqualTo(history);
    assertThat(all.batches.stream().flatMap(WatchUnderFaultsTest::revisions))
        .as("no revision is in two batches")
        .doesNotHaveDuplicates();
    Map<String, List<WatchEvent>> expected =
        history.stream().collect(Collectors.groupingBy(WatchUnderFaultsTest::key));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                byKey.entrySet().stream()
                    .allMatch(
                        watch ->
                            watch.getValue().changes().size()
                                >= expected.getOrDefault(watch.getKey(), List.of()).size()));
    byKey.forEach(
        (key, heard) -> {
          assertThat(heard.changes()).as(key).isEqualTo(expected.getOrDefault(key, List.of()));
          assertThat(heard.ends).as(key).isEmpty();
        });
    assertThat(watches).allMatch(watch -> watch.end().isEmpty());
    requireAcknowledgedIn(history);
    report(history);
  }

  /** Over streams to all members, so that whoever fails has some of them. */
  private List<Watch> watch() {
    await().until(() -> AllConnected.of(watching.connection()));
    var created = new ArrayList<CompletableFuture<Watch>>();
    created.add(watch(KeyRange.prefix("fault/"), all));
    byKey.forEach((key, heard) -> created.add(watch(KeyRange.key(key), heard)));
    return created.stream().map(CompletableFuture::join).toList();
  }

  private CompletableFuture<Watch> watch(KeyRange range, Heard heard) {
    return watching.kv().async().watch(range, WatchOptions.DEFAULT, heard);
  }

  /** One key, or three in one transaction. */
  private void write(AsyncKvClient kv) {
    int number = written.getAndIncrement();
    Op[] puts =
        Stream.iterate(0, i -> i < (number % 10 == 0 ? 3 : 1), i -> i + 1)
            .map(i -> Op.put(key(7 * number + i), Integer.toString(number)))
            .toArray(Op[]::new);
    writes.add(kv.txn().then(puts).commit());
  }

  private void disturb(int number) {
    EtcdMember victim = number % 2 == 0 ? cluster.awaitLeader() : aFollower();
    switch (number % 3) {
      case 0 -> {
        victim.kill();
        Pause.of(FAULT);
        victim.restart();
      }
      case 1 -> {
        victim.pause();
        Pause.of(FAULT);
        victim.resume();
      }
      default -> {
        victim.isolate();
        Pause.of(FAULT);
        victim.heal();
      }
    }
    Pause.of(REST);
  }

  private EtcdMember aFollower() {
    EtcdMember leader = cluster.awaitLeader();
    return cluster.members().stream().filter(member -> member != leader).findFirst().orElseThrow();
  }

  /** What a watch of a client tells that saw none of this. */
  private List<WatchEvent> history() {
    var told = new Heard();
    try (Etcd fresh = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      Revision end = fresh.kv().put("fault/end", "").header().revision();
      fresh
          .kv()
          .watch(KeyRange.prefix("fault/"), options -> options.startRevision(Revision.of(1)), told);
      await()
          .atMost(PATIENCE)
          .until(() -> told.changes().stream().anyMatch(it -> it.revision().equals(end)));
    }
    return told.changes();
  }

  private static String key(WatchEvent event) {
    return ((WatchEvent.Put) event).kv().key().utf8();
  }

  private static Stream<Revision> revisions(WatchBatch batch) {
    return batch.events().stream()
        .filter(WatchEvent.Put.class::isInstance)
        .map(WatchEvent::revision)
        .distinct();
  }

  private void requireAcknowledgedIn(List<WatchEvent> history) {
    List<Revision> acknowledged =
        writes.stream()
            .filter(write -> !write.isCompletedExceptionally())
            .map(write -> write.join().header().revision())
            .toList();
    assertThat(acknowledged).hasSizeGreaterThan(written.get() / 4).doesNotHaveDuplicates();
    assertThat(history.stream().map(WatchEvent::revision).distinct().toList())
        .containsAll(acknowledged);
  }

  private void report(List<WatchEvent> history) {
    long breaks = all.breaks() + byKey.values().stream().mapToLong(Heard::breaks).sum();
    System.out.printf(
        "[watches] %s, %d faults: %d writes, %d failed, %d events, %d breaks of all watches%n",
        backend,
        FAULTS,
        written.get(),
        writes.stream().filter(CompletableFuture::isCompletedExceptionally).count(),
        history.size(),
        breaks);
    assertThat(breaks).as("somebody was disturbed").isPositive();
  }
}
