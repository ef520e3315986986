package dev.rondo.etcd.companion.engine;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import dev.rondo.etcd.companion.consensus.Network;
import dev.rondo.etcd.companion.consensus.StateMachine;
import dev.rondo.etcd.companion.consensus.Timings;
import dev.rondo.etcd.companion.consensus.ratis.RatisConsensus;
import dev.rondo.etcd.companion.lease.Lessor;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.wire.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Engines over the real consensus, in one JVM. */
final class RatisCluster implements AutoCloseable {
  private final Path folder;
  private final List<Member> founders;
  private final Network<RatisConsensus> network = new Network<>();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final ExecutorService readers = Executors.newFixedThreadPool(2);
  private final ExecutorService sweeper = Executors.newSingleThreadExecutor();
  private final Map<Long, Engine> engines = new ConcurrentHashMap<>();
  private final Map<Long, Integer> lives = new ConcurrentHashMap<>();
  private final int snapshotEntries;

  RatisCluster(Path folder, int snapshotEntries, long... ids) {
    this.folder = folder;
    this.snapshotEntries = snapshotEntries;
    founders = Arrays.stream(ids).mapToObj(LoneMember::member).toList();
    var voters = founders.stream().map(Member::getID).collect(Collectors.toSet());
    for (long id : ids) {
      start(id, Configuration.of(voters));
    }
  }

  Engine start(long id, Configuration initial) {
    var settings =
        new EngineSettings(
            LoneMember.CLUSTER,
            id,
            lives.merge(id, 1, Integer::sum),
            "member-" + id,
            List.of("http://client-" + id),
            founders,
            new HashSet<>(initial.voters()),
            Duration.ofSeconds(1));
    var leases = new Lessor(System::nanoTime, 1, Duration.ofSeconds(2), Duration.ofSeconds(3));
    var engine =
        Engine.start(
            settings,
            new Workers(scheduler, System::nanoTime, readers),
            new Store(sweeper),
            leases,
            machine -> consensus(id, initial, machine));
    engines.put(id, engine);
    return engine;
  }

  /** Again, with what its folder holds. */
  Engine restart(long id) {
    return start(id, Configuration.of(Set.copyOf(founders.stream().map(Member::getID).toList())));
  }

  private Consensus consensus(long id, Configuration initial, StateMachine machine) {
    try {
      return RatisConsensus.start(
          new MemberSettings(
              id,
              initial,
              folder.resolve(Long.toString(id)),
              Timings.CI,
              true,
              snapshotEntries,
              snapshotEntries / 10),
          network,
          machine);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void kill(long id) {
    engines.remove(id).close();
  }

  void isolate(long id) {
    for (long other : engines.keySet()) {
      network.cut(id, other);
      network.cut(other, id);
    }
  }

  void heal(long id) {
    for (long other : engines.keySet()) {
      network.heal(id, other);
      network.heal(other, id);
    }
  }

  Engine engine(long id) {
    return engines.get(id);
  }

  Engine leader() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                engines.values().stream()
                    .filter(engine -> engine.leadership().leads())
                    .max(Comparator.comparingLong(e -> e.leadership().term())),
            Optional::isPresent)
        .orElseThrow();
  }

  Engine follower() {
    var leader = leader();
    return engines.values().stream().filter(engine -> engine != leader).findFirst().orElseThrow();
  }

  static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(20, SECONDS).join();
  }

  @Override
  public void close() {
    engines.values().forEach(Engine::close);
    network.close();
    scheduler.shutdownNow();
    readers.shutdownNow();
    sweeper.shutdownNow();
  }
}
