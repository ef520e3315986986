package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.history.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients ask for anything while members fail, and all that they are told must fit together. */
@Alone
@ParameterizedClass(name = "{0}")
@MethodSource("dev.rondo.etcd.integration.Lengths#partitionable")
@Timeout(300)
class LinearizabilityTest {
  private static final int CLIENTS = 8;
  private static final Duration TIMEOUT = Duration.ofMillis(1_500);

  @Parameter EtcdBackend backend;

  private final History history = new History();
  private final ConcurrentLinkedQueue<Long> answers = new ConcurrentLinkedQueue<>(); // their times
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger unknown = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final List<Connection> connections =
      new ArrayList<>(); // to all, to each alone, to all by other policies
  private EtcdCluster cluster;
  private volatile boolean isStopping;

  static long[] seeds() {
    return LongStream.rangeClosed(1, Lengths.of(2, 10)).toArray();
  }

  @BeforeEach
  void start() {
    cluster = backend.cluster().members(3).partitionable().start();
    connections.add(Connection.builder().endpoints(cluster.endpoints()).build());
    for (String endpoint : cluster.endpoints()) {
      connections.add(Connection.builder().endpoints(List.of(endpoint)).build());
    }
    for (PickPolicy policy : List.of(PickPolicy.LEADER_FIRST, PickPolicy.LEAST_BUSY)) {
      connections.add(Connection.builder().endpoints(cluster.endpoints()).policy(policy).build());
    }
  }

  @AfterEach
  void stop() {
    isStopping = true;
    threads.shutdownNow();
    connections.forEach(Connection::close);
    cluster.close();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void allAnswersCouldComeFromOneStore(long seed) throws Exception {
    Random random = new Random(seed);
    FaultSchedule faults = new FaultSchedule(cluster, new Random(random.nextLong()));
    long start = System.nanoTime();
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(startClient(i, new Random(random.nextLong())));
    }

    faults.run(Lengths.of(Duration.ofSeconds(10), Duration.ofSeconds(60)));
    cluster.awaitHealthy(Duration.ofSeconds(60));
    isStopping = true;
    for (Future<?> client : clients) {
      client.get();
    }
    new RecordedKv(kv(0, Duration.ofSeconds(30)), history).call(RandomOperations.everything());

    System.out.printf(
        "[figure] %s, seed %d, %d faults: %d answered, %d refused, %d writes unknown,"
            + " longest gap %d ms%n",
        backend,
        seed,
        faults.done().size(),
        answers.size(),
        refused.get(),
        unknown.get(),
        longestGap(start).toMillis());
    assertThat(answers).hasSizeGreaterThan(200);
    requireLinearizable(seed, faults);
  }

  /** Some clients know one member alone, so that its failures are theirs. */
  private Future<?> startClient(int number, Random random) {
    KvClient kv = kv(number < connections.size() ? number : 0, TIMEOUT);
    RandomOperations operations = new RandomOperations("client-" + number, random);
    return threads.submit(() -> run(new RecordedKv(kv, history), operations));
  }

  private KvClient kv(int connection, Duration timeout) {
    return KvClient.over(connections.get(connection)).with(call -> call.timeout(timeout));
  }

  private void run(RecordedKv kv, RandomOperations operations) {
    while (!isStopping) {
      try {
        operations.learn(kv.call(operations.next()));
        answers.add(System.nanoTime());
      } catch (EtcdException e) {
        (e.outcome() == WriteOutcome.UNKNOWN ? unknown : refused).incrementAndGet();
      }
    }
  }

  /** The longest time from {@code start} on in which nobody got an answer. */
  private Duration longestGap(long start) {
    long longest = 0;
    long last = start;
    for (long answer : answers.stream().sorted().toList()) {
      longest = Math.max(longest, answer - last);
      last = answer;
    }
    return Duration.ofNanos(longest);
  }

  private void requireLinearizable(long seed, FaultSchedule faults) {
    try {
      history.requireLinearizable();
    } catch (AssertionError e) {
      throw new AssertionError(
          backend + ", seed " + seed + ", faults " + faults.done() + ": " + e.getMessage(), e);
    }
  }
}
