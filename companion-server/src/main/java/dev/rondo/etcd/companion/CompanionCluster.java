package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.consensus.Configuration;
import dev.rondo.etcd.companion.engine.Engine;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.error.EtcdErrorException;
import dev.rondo.etcd.companion.membership.MemberIds;
import dev.rondo.etcd.companion.rpc.MemberServer;
import dev.rondo.etcd.wire.Member;
import dev.rondo.etcd.wire.MemberAddRequest;
import dev.rondo.etcd.wire.MemberListRequest;
import dev.rondo.etcd.wire.MoveLeaderRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * An etcd-compatible cluster in this JVM, whose members can be killed, frozen and cut off.
 *
 * <pre>{@code
 * try (var cluster = CompanionCluster.builder().members(3).start()) {
 *   var endpoints = cluster.endpoints(); // for any client of etcd
 *   cluster.leader().kill();
 *   cluster.awaitLeader();
 * }
 * }</pre>
 *
 * <p>It keeps its data while it is open: a member that was killed finds its own again when it is
 * restarted. {@link #close} ends everything and leaves nothing behind. For tests, development and
 * demos; production is etcd. Safe for use by many threads.
 *
 * <p>It answers as etcd 3.5 does. One known difference: a member that is added as a voter counts
 * for the quorum only once it runs and has caught up.
 *
 * <p>The consensus needs a thread of the JVM's common pool now and then. A test that keeps all of
 * them asleep stops the cluster; waiting for a {@link CompletableFuture} there does not, as the
 * pool makes up for it.
 */
public final class CompanionCluster implements AutoCloseable {
  /** The version of etcd that members say they are. */
  public static final String ETCD_VERSION = Engine.VERSION;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CompanionSettings settings;
  private final Journal journal = new Journal(Clock.systemUTC());
  private final Ground ground = new Ground();
  private final Births births;
  private final List<CompanionMember> members = new CopyOnWriteArrayList<>();
  private boolean closed; // guarded by this

  private CompanionCluster(CompanionSettings settings) {
    this.settings = settings;
    this.births = new Births(settings, ground);
  }

  /** Begins with one member. */
  public static CompanionClusterBuilder builder() {
    return new CompanionClusterBuilder();
  }

  static CompanionCluster start(CompanionSettings settings, List<CompanionMemberOptions> founders) {
    var cluster = new CompanionCluster(settings);
    try {
      cluster.found(founders);
      cluster.awaitReady(PATIENCE);
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void found(List<CompanionMemberOptions> options) {
    var token = ground.folder().getFileName().toString();
    var founders = new ArrayList<Member>();
    for (int i = 0; i < options.size(); i++) {
      var peerUrl = options.get(i).peerUrl(i);
      founders.add(
          Member.newBuilder()
              .setID(MemberIds.initial(List.of(peerUrl), token))
              .setName(options.get(i).name(i))
              .addPeerURLs(peerUrl)
              .build());
    }
    var ids = founders.stream().map(Member::getID).collect(Collectors.toSet());
    if (ids.size() < founders.size()) {
      throw new IllegalStateException("two members have the same peer URL");
    }
    births.found(MemberIds.cluster(ids), founders);
    for (int i = 0; i < options.size(); i++) {
      members.add(newMember(founders.get(i).getID(), Configuration.of(ids), options.get(i)));
    }
    members.parallelStream().forEach(CompanionMember::start);
  }

  private CompanionMember newMember(
      long id, Configuration initial, CompanionMemberOptions options) {
    int number = members.size();
    var name = options.name(number);
    var tls = settings.tls();
    if (tls == null && options.identity() != null) {
      throw new IllegalStateException(name + " has a certificate, but the cluster has no TLS");
    }
    var server =
        new MemberServer(
            options.address(),
            Optional.ofNullable(tls).map(common -> common.of(name, options.identity())),
            ground.loops(),
            Runnable::run);
    var endpoint = settings.scheme() + "://" + options.host() + ":" + server.address().getPort();
    var advertised = Optional.ofNullable(options.advertised()).orElse(endpoint);
    ground.faults().add(id);
    return new CompanionMember(
        this, births, id, name, options.peerUrl(number), endpoint, advertised, initial, server);
  }

  /** The URLs at which members serve clients, those that joined later last. */
  public List<String> endpoints() {
    return members.stream().map(CompanionMember::endpoint).toList();
  }

  /** A member by its number from 0. */
  public CompanionMember member(int number) {
    return members.get(number);
  }

  /** All members that were started, those that joined later last. */
  public List<CompanionMember> members() {
    return List.copyOf(members);
  }

  /**
   * Waits until every member that runs, is not paused and not isolated takes part under one leader.
   *
   * @throws IllegalStateException if that takes longer
   */
  public void awaitReady(Duration atMost) {
    await("a cluster that is ready", atMost, this::isReady);
  }

  private boolean isReady() {
    var leader = currentLeader();
    return leader.isPresent()
        && members.stream()
            .filter(CompanionMember::shouldTakePart)
            .allMatch(member -> member.follows(leader.get().id()));
  }

  /**
   * The leader of this moment.
   *
   * @throws IllegalStateException if there is none; {@link #awaitLeader} waits for one
   */
  public CompanionMember leader() {
    return currentLeader()
        .orElseThrow(() -> new IllegalStateException("the cluster has no leader at this moment"));
  }

  /** One that was cut off may think for a while that it still leads: the latest term counts. */
  private Optional<CompanionMember> currentLeader() {
    return members.stream()
        .filter(CompanionMember::shouldTakePart)
        .filter(CompanionMember::isLeader)
        .max(Comparator.comparingLong(CompanionMember::term));
  }

  /**
   * Waits for at most 30 seconds until a member leads that is neither paused nor isolated, and
   * returns it.
   */
  public CompanionMember awaitLeader() {
    await("a leader", PATIENCE, () -> currentLeader().isPresent());
    return leader();
  }

  /**
   * Hands leadership to a member, counted from 0. Returns when it leads.
   *
   * @throws IllegalStateException if it is down, learns only, or does not lead within 30 seconds
   */
  public void moveLeader(int number) {
    var target = member(number);
    target.running();
    journal.note(target.name(), "is to lead");
    if (!target.isLeader()) {
      var request = MoveLeaderRequest.newBuilder().setTargetID(target.id()).build();
      get("move the leadership to " + target, leader().running().engine().moveLeader(request));
    }
    await("leadership of " + target, PATIENCE, target::isLeader);
  }

  /** What one member sends to another; both are counted from 0. */
  public CompanionLink link(int from, int to) {
    return link(member(from), member(to));
  }

  /** What one member sends to another. */
  public CompanionLink link(CompanionMember from, CompanionMember to) {
    if (from == to) {
      throw new IllegalArgumentException(from + " needs no link to itself");
    }
    return new MemberLink(ground.faults(), journal, from, to);
  }

  /** Adds a member that votes, and starts it. Returns when it has caught up and votes. */
  public CompanionMember addMember() {
    var added = add(false);
    await(
        added + " as a voter", PATIENCE, () -> added.follows(leader().id()) && !added.isLearner());
    return added;
  }

  /**
   * Adds a member that only learns, and starts it. Returns when it takes part, which may be before
   * it has caught up; any client of etcd can promote it then.
   */
  public CompanionMember addLearner() {
    var added = add(true);
    await(added + " as a learner", PATIENCE, () -> added.follows(leader().id()));
    return added;
  }

  private CompanionMember add(boolean isLearner) {
    var peerUrl = new CompanionMemberOptions().peerUrl(members.size());
    var request = MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(isLearner);
    await("member to be added", PATIENCE, () -> isAdded(request.build()));
    return join(peerUrl, options -> {});
  }

  /** Etcd wants to have seen all voters for five seconds before another is added. */
  private boolean isAdded(MemberAddRequest request) {
    try {
      get("add a member", leader().running().engine().memberAdd(request));
      return true;
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof EtcdErrorException refusal
          && refusal.error() == EtcdError.UNHEALTHY) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Starts a member that a client has added to the cluster before. Does not wait until it takes
   * part.
   *
   * @param peerUrl by which the client added it
   * @throws IllegalStateException if no such member was added, or it was started already
   */
  public synchronized CompanionMember join(
      String peerUrl, Consumer<CompanionMemberOptions> description) {
    var options = new CompanionMemberOptions().peerUrl(peerUrl);
    description.accept(options);
    var list =
        get(
                "list the members",
                leader()
                    .running()
                    .engine()
                    .memberList(MemberListRequest.newBuilder().setLinearizable(true).build()))
            .getMembersList();
    var own =
        list.stream()
            .filter(member -> member.getPeerURLsList().contains(peerUrl))
            .findAny()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "no member has the peer URL " + peerUrl + ": add it first"));
    if (members.stream().anyMatch(member -> member.id() == own.getID())) {
      throw new IllegalStateException("the member of " + peerUrl + " was started already");
    }
    var member = newMember(own.getID(), Births.joining(own.getID(), list), options);
    members.add(member);
    member.start();
    return member;
  }

  /** Writes what happened to the cluster, the last few thousand lines of it, to a file. */
  public void writeLog(Path file) throws IOException {
    journal.writeTo(file);
  }

  Journal journal() {
    return journal;
  }

  Faults faults() {
    return ground.faults();
  }

  /** Lets another member lead, if there is one that can. */
  void handOver(CompanionMember leader) {
    members.stream()
        .filter(member -> member != leader && member.shouldTakePart() && !member.isLearner())
        .findAny()
        .ifPresent(
            heir -> {
              var request = MoveLeaderRequest.newBuilder().setTargetID(heir.id()).build();
              get("hand over to " + heir, leader.running().engine().moveLeader(request));
            });
  }

  private static <T> T get(String what, CompletableFuture<T> answer) {
    try {
      return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException("cannot " + what + ": " + cause.getMessage(), cause);
    }
  }

  private static void await(String what, Duration atMost, BooleanSupplier condition) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("no " + what + " within " + atMost);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + what, e);
      }
    }
  }

  /** Ends all members at once, and leaves no thread, port or file. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      members.parallelStream().forEach(CompanionMember::close);
      ground.close();
    }
  }

  @Override
  public String toString() {
    return "companion cluster " + members;
  }
}
