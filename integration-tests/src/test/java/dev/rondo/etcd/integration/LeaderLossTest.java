package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The leader dies under writers. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#backends")
@Timeout(120)
class LeaderLossTest {
  private static final int WRITERS = 8;

  @Parameter EtcdBackend backend;

  @Test
  void anotherLeadsSoonAndNoAcknowledgedWriteIsLost() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try (EtcdCluster cluster =
            backend
                .cluster()
                .members(3)
                .electionTimeout(Duration.ofSeconds(1))
                .heartbeat(Duration.ofMillis(100))
                .start();
        Connection connection = Connection.builder().endpoints(cluster.endpoints()).build()) {
      KvClient kv = KvClient.over(connection);
      List<Counter> counters =
          IntStream.range(0, WRITERS).mapToObj(i -> new Counter(kv, "counter-" + i)).toList();
      List<? extends Future<?>> writers = counters.stream().map(threads::submit).toList();
      await().until(() -> counters.stream().allMatch(counter -> counter.acknowledged.get() > 10));
      long asked = System.nanoTime();
      EtcdMember leader = cluster.awaitLeader();
      Duration control = Duration.ofNanos(System.nanoTime() - asked);

      long killed = System.nanoTime();
      leader.kill();
      cluster.awaitLeaderOtherThan(leader);
      long elected = System.nanoTime();
      List<Long> before = counters.stream().map(counter -> counter.acknowledged.get()).toList();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  IntStream.range(0, WRITERS)
                      .allMatch(i -> counters.get(i).acknowledged.get() > before.get(i)));
      long written = System.nanoTime();
      counters.forEach(counter -> counter.isStopping = true);
      for (Future<?> writer : writers) {
        writer.get();
      }

      new Figure(backend + ", leader killed under load: another leads", Duration.ofSeconds(3))
          .check(Duration.ofNanos(elected - killed), control);
      System.out.printf(
          "[figure] %s, leader killed under load: every writer writes again after %d ms,"
              + " %d writes acknowledged%n",
          backend,
          Duration.ofNanos(written - killed).toMillis(),
          counters.stream().mapToLong(counter -> counter.acknowledged.get()).sum());
      assertThat(counters)
          .allSatisfy(
              counter ->
                  assertThat(counter.stored())
                      .as(counter.key)
                      .isGreaterThanOrEqualTo(counter.acknowledged.get()));
    } finally {
      threads.shutdownNow();
    }
  }

  /** Writes one number after the other to a key of its own, until it is told to stop. */
  private static final class Counter implements Runnable {
    private final KvClient kv;
    private final String key;
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean isStopping;

    Counter(KvClient kv, String key) {
      // so long that a write has an end of its own before the next is sent
      this.kv = kv.with(call -> call.timeout(Duration.ofMinutes(1)));
      this.key = key;
    }

    @Override
    public void run() {
      for (long number = 1; !isStopping; number++) {
        try {
          kv.put(key, Long.toString(number));
          acknowledged.set(number);
        } catch (EtcdException e) {
          // what was not acknowledged may be lost
        }
      }
    }

    long stored() {
      return Long.parseLong(kv.get(key).orElseThrow().value().utf8());
    }
  }
}
