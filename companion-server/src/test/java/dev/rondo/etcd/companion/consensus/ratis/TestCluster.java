package dev.rondo.etcd.companion.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.consensus.Leadership;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import dev.rondo.etcd.companion.consensus.Network;
import dev.rondo.etcd.companion.consensus.Timings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Members that share a network, each with a ledger. Their ids are 1, 2, 3, … */
final class TestCluster implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final int LINES = 100;

  final Network<RatisConsensus> network = new Network<>();
  private final Path directory;
  private final Timings timings;
  private final boolean preVote;
  private final int snapshotEntries;
  private final int keptEntries;
  private final Map<Long, RatisConsensus> running = new ConcurrentSkipListMap<>();
  private final Map<Long, Ledger> ledgers = new ConcurrentSkipListMap<>();
  private final Map<Long, Configuration> initials = new ConcurrentSkipListMap<>();

  TestCluster(Path directory, Timings timings) {
    this(directory, timings, true, 1_000_000, 0);
  }

  TestCluster(
      Path directory, Timings timings, boolean preVote, int snapshotEntries, int keptEntries) {
    this.directory = directory;
    this.timings = timings;
    this.preVote = preVote;
    this.snapshotEntries = snapshotEntries;
    this.keptEntries = keptEntries;
  }

  /** Starts a new cluster and waits until all know its leader. */
  TestCluster startVoters(int count) {
    var voters =
        Configuration.of(LongStream.rangeClosed(1, count).boxed().collect(Collectors.toSet()));
    voters.voters().stream()
        .map(member -> CompletableFuture.runAsync(() -> start(member, voters)))
        .toList()
        .forEach(CompletableFuture::join);
    leaderOf(voters.voters());
    return this;
  }

  /** Starts one that joins as a learner; the leader does not know it yet. */
  RatisConsensus startLearner(long member) {
    var known = leader().configuration();
    return start(member, new Configuration(known.voters(), plus(known.learners(), member)));
  }

  private RatisConsensus start(long member, Configuration initial) {
    initials.put(member, initial);
    return restart(member);
  }

  RatisConsensus restart(long member) {
    var ledger = new Ledger();
    var settings =
        new MemberSettings(
            member,
            Objects.requireNonNull(initials.get(member)),
            directory.resolve(Long.toString(member)),
            timings,
            preVote,
            snapshotEntries,
            keptEntries);
    try {
      var started = RatisConsensus.start(settings, network, ledger);
      synchronized (this) {
        ledgers.put(member, ledger);
        running.put(member, started);
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void kill(long member) {
    Objects.requireNonNull(running.remove(member)).close();
  }

  RatisConsensus member(long member) {
    return Objects.requireNonNull(running.get(member));
  }

  Ledger ledger(long member) {
    return Objects.requireNonNull(ledgers.get(member));
  }

  Set<Long> members() {
    return Set.copyOf(running.keySet());
  }

  /** Waits for a leader whom a majority of the voters knows. */
  RatisConsensus leader() {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> running.values().stream().filter(this::isBacked).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  private boolean isBacked(RatisConsensus candidate) {
    var now = candidate.leadership();
    var voters = candidate.configuration().voters();
    return now.leads()
        && new Quorums(voters, Set.of()).agree(voter -> knows(voter, now.term(), now.leader()));
  }

  private boolean knows(long member, long term, long leader) {
    var known = running.get(member);
    return known != null
        && known.leadership().term() == term
        && known.leadership().leader() == leader;
  }

  /** Waits until one of these leads and all of them know. */
  RatisConsensus leaderOf(Set<Long> members) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () ->
                members.stream()
                    .map(this::member)
                    .filter(leader -> isKnownTo(members, leader.leadership()))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private boolean isKnownTo(Set<Long> members, Leadership now) {
    return now.leads()
        && members.stream().allMatch(member -> knows(member, now.term(), now.leader()));
  }

  long leaderId() {
    return leader().leadership().leader();
  }

  long follower() {
    long leader = leaderId();
    return members().stream().filter(member -> member != leader).findFirst().orElseThrow();
  }

  void propose(long member, String entry) throws Exception {
    get(member(member).propose(ByteString.copyFromUtf8(entry)));
  }

  /** Proposes that many lines, {@link #LINES} to an entry. */
  void proposeMany(long member, String prefix, int count) throws Exception {
    var proposals = new ArrayList<CompletableFuture<Void>>();
    for (int line = 0; line < count; line += LINES) {
      var entry =
          IntStream.range(line, Math.min(count, line + LINES))
              .mapToObj(number -> prefix + number)
              .collect(Collectors.joining("\n"));
      proposals.add(member(member).propose(ByteString.copyFromUtf8(entry)));
    }
    for (var proposal : proposals) {
      get(proposal);
    }
  }

  static <R> R get(CompletableFuture<R> future) throws Exception {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + PATIENCE, e);
    }
  }

  void isolate(long member) {
    others(member).forEach(other -> cutBothWays(member, other));
  }

  void cutBothWays(long one, long other) {
    network.cut(one, other);
    network.cut(other, one);
  }

  void heal(long member) {
    for (long other : others(member)) {
      network.heal(member, other);
      network.heal(other, member);
    }
  }

  private List<Long> others(long member) {
    return initials.keySet().stream().filter(other -> other != member).toList();
  }

  void awaitSameLedgers() {
    awaitLedgersOfSize(members().stream().mapToInt(id -> ledger(id).size()).max().orElse(0));
  }

  void awaitLedgersOfSize(int size) {
    for (long member : members()) {
      await()
          .alias("ledger of member " + member)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> ledger(member).size() >= size);
    }
    var first = ledger(members().iterator().next()).entries();
    assertThat(first).hasSize(size);
    for (long member : members()) {
      assertThat(ledger(member).entries()).as("ledger of member %s", member).isEqualTo(first);
      assertThat(ledger(member).gap()).isNull();
    }
  }

  static Set<Long> plus(Set<Long> members, long more) {
    return Stream.concat(members.stream(), Stream.of(more)).collect(Collectors.toSet());
  }

  static Set<Long> minus(Set<Long> members, long less) {
    return members.stream().filter(member -> member != less).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    members().stream()
        .map(member -> CompletableFuture.runAsync(() -> kill(member)))
        .toList()
        .forEach(CompletableFuture::join);
    network.close();
  }
}
