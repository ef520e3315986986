package dev.rondo.etcd.testing;

import dev.rondo.etcd.wire.StatusResponse;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A running etcd cluster whose members can be killed, frozen and cut off.
 *
 * <p>{@link #close} ends all that was started and deletes the data. Safe for use by many threads.
 */
public final class EtcdCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ClusterSettings settings;
  private final TemporaryFolder folder;
  private final StatusProbe probe;
  private final ClusterRunner runner;
  private final @Nullable PeerNetwork network; // null unless links fail with its help
  private final List<EtcdMember> members = new CopyOnWriteArrayList<>();
  private final Map<String, Seat> freeSeats = new HashMap<>(); // by peer URL, guarded by this
  private boolean closed; // guarded by this

  EtcdCluster(ClusterSettings settings) {
    this.settings = settings;
    this.probe = new StatusProbe(settings.certificates());
    this.folder = TemporaryFolder.create("etcd");
    this.runner = settings.launcher().cluster(settings.plan(folder.path()));
    this.network = settings.partitionable() && !runner.breaksLinks() ? PeerNetwork.create() : null;
    AtExit.close(this);
  }

  void start() {
    var seats = new ArrayList<Seat>();
    for (int i = 0; i < settings.members(); i++) {
      seats.add(newSeat(i));
    }
    var initialCluster = new ArrayList<String>();
    for (int i = 0; i < seats.size(); i++) {
      initialCluster.add(memberName(i) + "=" + seats.get(i).peerUrl());
    }
    for (int i = 0; i < seats.size(); i++) {
      members.add(newMember(memberName(i), seats.get(i), String.join(",", initialCluster), false));
    }
    members.forEach(EtcdMember::start);
    awaitHealthy(PATIENCE);
  }

  private static String memberName(int index) {
    return "m" + index;
  }

  private Seat newSeat(int index) {
    return network == null ? Seat.onLoopback(settings.host(index)) : network.newSeat();
  }

  private EtcdMember newMember(String name, Seat seat, String initialCluster, boolean isJoining) {
    int index = members.size();
    var scheme = settings.scheme();
    Optional<TcpBridge> bridge =
        settings.bridged()
            ? Optional.of(TcpBridge.between(settings.host(index), seat.host(), seat.clientPort()))
            : Optional.empty();
    var clientUrl = seat.clientUrl(scheme);
    var log = folder.path().resolve(name + ".log");
    var plan =
        new MemberPlan(
            name,
            URI.create(clientUrl),
            bridge.map(way -> scheme + "://" + way.authority()).orElse(clientUrl),
            URI.create(seat.peerUrl()),
            settings.certificate(index),
            initialCluster,
            isJoining,
            log,
            seat.namespace());
    return new EtcdMember(this, name, scheme, seat, runner.member(plan), bridge, log);
  }

  /** Returns the URLs for clients of all members, those that joined later last. */
  public List<String> endpoints() {
    return members.stream().map(EtcdMember::endpoint).toList();
  }

  /** Returns a member by its number from 0, which is also in its name. */
  public EtcdMember member(int index) {
    return members.get(index);
  }

  /** Returns all members, those that joined later last. */
  public List<EtcdMember> members() {
    return List.copyOf(members);
  }

  /**
   * Waits until every member that should run serves clients, and all agree on one leader. Members
   * killed, stopped or paused do not count.
   *
   * @throws IllegalStateException if that takes longer, or if one of them has ended by itself
   */
  public void awaitHealthy(Duration atMost) {
    try {
      Patience.await("healthy cluster", atMost, this::isHealthyOrHopeless);
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException("not healthy after " + atMost + ", see " + folder.path(), e);
    }
    for (var member : wanted()) {
      if (!member.isRunning()) {
        throw new IllegalStateException(member + " has ended, see " + member.log());
      }
    }
  }

  private boolean isHealthyOrHopeless() {
    var wanted = wanted();
    if (wanted.stream().anyMatch(member -> !member.isRunning())) {
      return true;
    }
    var answers = probe.ask(wanted);
    var leaders = answers.values().stream().map(StatusResponse::getLeader).distinct().toList();
    return answers.size() == wanted.size()
        && leaders.size() == 1
        && currentLeader(answers).isPresent();
  }

  private List<EtcdMember> wanted() {
    return members.stream().filter(member -> !member.isDown()).toList();
  }

  /**
   * Returns the leader of this moment.
   *
   * @throws IllegalStateException if there is none; {@link #awaitLeader} waits for one
   */
  public EtcdMember leader() {
    return currentLeader(probe.ask(wanted()))
        .orElseThrow(() -> new IllegalStateException("the cluster has no leader"));
  }

  /** Returns the member that calls itself leader, the one of the latest term if there are two. */
  private static Optional<EtcdMember> currentLeader(Map<EtcdMember, StatusResponse> answers) {
    return answers.entrySet().stream()
        .filter(
            answer -> answer.getValue().getLeader() == answer.getValue().getHeader().getMemberId())
        .max(Comparator.comparing(answer -> answer.getValue().getRaftTerm()))
        .map(Map.Entry::getKey);
  }

  /** Waits until a member leads, for at most 30 seconds. */
  public EtcdMember awaitLeader() {
    return Patience.find("a leader", PATIENCE, () -> currentLeader(probe.ask(wanted())));
  }

  /**
   * Waits until another member leads than this one, which may still think that it does, for at most
   * 30 seconds.
   */
  public EtcdMember awaitLeaderOtherThan(EtcdMember old) {
    return Patience.find(
        "another leader than " + old,
        PATIENCE,
        () -> currentLeader(probe.ask(wanted())).filter(leader -> leader != old));
  }

  /** Returns the members that should run and do not lead. */
  public List<EtcdMember> followers() {
    var leader = leader();
    return wanted().stream().filter(member -> member != leader).toList();
  }

  /**
   * Returns the connection that leads messages of one member to another.
   *
   * @throws IllegalStateException if the cluster was not started with {@link
   *     EtcdClusterBuilder#partitionable}
   */
  public PeerLink link(EtcdMember from, EtcdMember to) {
    return network == null
        ? runner.link(from.runner(), to.runner())
        : network.link(from.seat(), to.seat());
  }

  List<EtcdMember> others(EtcdMember member) {
    return members.stream().filter(other -> other != member).toList();
  }

  /** Returns a peer URL for a member that is yet to {@link #join}; nothing listens there. */
  public synchronized String newPeerUrl() {
    var seat = newSeat(members.size() + freeSeats.size());
    freeSeats.put(seat.peerUrl(), seat);
    return seat.peerUrl();
  }

  /** Returns all members as the flag {@code --initial-cluster} wants them. */
  public String initialCluster() {
    return members.stream()
        .map(member -> member.name() + "=" + member.peerUrl())
        .collect(Collectors.joining(","));
  }

  /** Starts a member that was added to the cluster before, under a URL from {@link #newPeerUrl}. */
  public EtcdMember join(String name, String peerUrl) {
    return join(name, peerUrl, initialCluster() + "," + name + "=" + peerUrl);
  }

  /**
   * Starts a member that was added to the cluster before, with an {@code --initial-cluster} of its
   * own. It belongs to {@link #members} from now on, and is not waited for.
   */
  public synchronized EtcdMember join(String name, String peerUrl, String initialCluster) {
    var seat = freeSeats.remove(peerUrl);
    if (seat == null) {
      throw new IllegalArgumentException("peerUrl must come from newPeerUrl(), was " + peerUrl);
    }
    var member = newMember(name, seat, initialCluster, true);
    members.add(member);
    member.start();
    return member;
  }

  /**
   * Runs {@code etcdctl} against all members that should run, past all bridges, and returns what it
   * prints.
   *
   * <p>With TLS it shows the client certificate {@code client} and verifies nothing.
   *
   * @throws IllegalStateException if it fails, with what it complained about
   */
  public String etcdctl(String... arguments) {
    return etcdctl(wanted(), arguments);
  }

  String etcdctl(List<EtcdMember> asked, String... arguments) {
    var all = new ArrayList<String>();
    all.add(
        "--endpoints="
            + asked.stream().map(EtcdMember::directEndpoint).collect(Collectors.joining(",")));
    var files = new ArrayList<Path>();
    settings
        .certificates()
        .ifPresent(
            certificates -> {
              var client = certificates.client();
              all.add("--insecure-skip-tls-verify");
              all.add("--cacert=" + certificates.ca());
              all.add("--cert=" + client.certificate());
              all.add("--key=" + client.key());
              files.addAll(List.of(certificates.ca(), client.certificate(), client.key()));
            });
    all.addAll(Arrays.asList(arguments));
    return settings.launcher().etcdctl(all, files);
  }

  StatusProbe probe() {
    return probe;
  }

  /** Returns whether a member could not have the port that was chosen for it. */
  boolean lacksPort() {
    return members.stream().anyMatch(member -> member.hasLogged("address already in use"));
  }

  @Override
  public void close() {
    close(true);
  }

  synchronized void close(boolean deleting) {
    if (closed) {
      return;
    }
    closed = true;
    var closings = new ArrayList<Runnable>();
    members.forEach(member -> closings.add(member::close));
    freeSeats.values().forEach(seat -> closings.add(seat::release));
    closings.add(runner::close);
    if (network != null) {
      closings.add(network::close);
    }
    if (deleting) {
      closings.add(folder::close);
    }
    Closing.all(closings);
    AtExit.forget(this);
  }

  @Override
  public String toString() {
    return "cluster " + members;
  }
}
