package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.PickPolicy;
import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all endpoints connected and gives calls the ring of those that are. Whether an endpoint is
 * connected is all that counts: there is no list of unhealthy ones.
 *
 * <p>gRPC knows balancers in one registry for the whole process, so one stateless provider stands
 * there under a name of our own; what belongs to one channel comes with its addresses.
 */
final class EndpointBalancer extends LoadBalancer implements LinkOwner {
  /** The name of the policy; the number changes with what the attributes carry. */
  static final String POLICY = "dev.rondo.etcd_ring_v2";

  static final Attributes.Key<ChannelSetup> SETUP = Attributes.Key.create("dev.rondo.etcd.setup");
  static final Attributes.Key<List<Endpoint>> ENDPOINTS =
      Attributes.Key.create("dev.rondo.etcd.endpoints");

  static {
    LoadBalancerRegistry.getDefaultRegistry().register(new Provider());
  }

  private final Helper helper;
  private final Leadership leadership = new Leadership();
  private volatile Map<Endpoint, EndpointLink> links = Map.of(); // in the order of the list

  private volatile long askedTerm; // written by many, and a race costs a question

  // all of these in the synchronization context
  private @Nullable ChannelSetup setup;
  private @Nullable SilenceWatch watch;
  private @Nullable LeaderSearch search;
  private Map<Reach, Order> orders = Map.of();
  private @Nullable Places published;
  private Map<Endpoint, Status> publishedFailures = Map.of();
  private long clusterId; // of the first member that told; 0 before
  private boolean isRenewing;
  private final Queue<EndpointLink> toRenew = new ArrayDeque<>();

  private EndpointBalancer(Helper helper) {
    this.helper = helper;
  }

  /** Makes sure that the policy is registered. */
  static String policy() {
    return POLICY;
  }

  @Override
  public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
    if (setup == null) {
      setUp(Objects.requireNonNull(resolved.getAttributes().get(SETUP)));
    }
    replace(Objects.requireNonNull(resolved.getAttributes().get(ENDPOINTS)));
    return Status.OK;
  }

  private void setUp(ChannelSetup given) {
    setup = given;
    LeaderSearch found =
        new LeaderSearch(
            helper, given.questions(), leadership, () -> links.values(), this::publish);
    search = found;
    watch =
        new SilenceWatch(
            helper.getSynchronizationContext(),
            helper.getScheduledExecutorService(),
            given.limits(),
            this::ask,
            found::askQuorum);
    orders = new EnumMap<>(Reach.class); // turns of one kind are not to upset those of another
    for (Reach reach : Reach.values()) {
      orders.put(
          reach, given.policy() == PickPolicy.LEAST_BUSY ? Order.leastBusyOfTwo() : Order.inTurn());
    }
    given.balancer().set(this);
  }

  private void replace(List<Endpoint> wanted) {
    Map<Endpoint, EndpointLink> before = links;
    if (Collections.disjoint(before.keySet(), wanted)) {
      clusterId = 0; // nothing of the old list is left, so this may be another cluster
    }
    Map<Endpoint, EndpointLink> after = new LinkedHashMap<>();
    List<EndpointLink> made = new ArrayList<>();
    for (Endpoint endpoint : wanted) {
      EndpointLink link = before.get(endpoint);
      if (link == null) {
        link =
            new EndpointLink(
                endpoint,
                helper,
                Objects.requireNonNull(setup),
                Objects.requireNonNull(watch),
                this);
        made.add(link);
      }
      after.put(endpoint, link);
    }
    links = after;
    made.forEach(EndpointLink::connect);
    changed();
    before.values().stream()
        .filter(link -> !after.containsValue(link))
        .forEach(EndpointLink::close);
  }

  @Override
  public void changed() {
    publish();
    Objects.requireNonNull(setup).listener().onChange();
  }

  private void publish() {
    List<EndpointLink> connected =
        links.values().stream().filter(EndpointLink::isConnected).toList();
    List<EndpointLink> voters = connected.stream().filter(EndpointLink::isVoter).toList();
    Places places = places(connected, voters);
    Objects.requireNonNull(search)
        .goOn(places.quorum().isEmpty() && !places.voters().isEmpty()); // then calls wait for one
    Map<Endpoint, Status> failures = failures();
    if (places.equals(published) && failures.keySet().equals(publishedFailures.keySet())) {
      publishedFailures = failures;
      return; // each ring makes gRPC go through all calls that wait
    }
    published = places;
    publishedFailures = failures;
    // every call waits for a ring that serves it, so gRPC's failing state would tell nobody
    // anything
    helper.updateBalancingState(
        connected.isEmpty() ? ConnectivityState.CONNECTING : ConnectivityState.READY,
        new Ring(places, failures, orders));
  }

  private Places places(List<EndpointLink> connected, List<EndpointLink> voters) {
    List<Line> all = connected.stream().map(EndpointLink::line).toList();
    // where there are learners alone, let them say what they are
    List<Line> voting = voters.isEmpty() ? all : voters.stream().map(EndpointLink::line).toList();
    boolean isLeaderFirst = Objects.requireNonNull(setup).policy() == PickPolicy.LEADER_FIRST;
    List<Line> quorum = isLeaderFirst && !voters.isEmpty() ? leadership.places(voters) : voting;
    return new Places(quorum, voting, all);
  }

  private Map<Endpoint, Status> failures() {
    Map<Endpoint, Status> failures = new HashMap<>();
    for (EndpointLink link : links.values()) {
      Status failure = link.failure();
      if (failure != null) {
        failures.put(link.endpoint(), failure);
      }
    }
    return failures;
  }

  @Override
  public boolean admits(long memberOf) {
    if (clusterId == 0) {
      clusterId = memberOf;
    }
    return clusterId == memberOf;
  }

  @Override
  public void heard(MemberReport report) {
    if (leadership.heard(report)) {
      if (report.leaderId() != 0) {
        Objects.requireNonNull(setup)
            .listener()
            .onEvent(new ConnectionEvent.LeaderSeen(MemberId.of(report.leaderId()), report.term()));
      }
      askAll(); // each says itself whether it leads
      publish();
    }
  }

  @Override
  public void lost(EndpointLink link) {
    leadership.lost(link.report());
    askAll(); // the others know first what became of it
  }

  private void askAll() {
    links.values().forEach(EndpointLink::ask);
  }

  private void ask(Line line) {
    EndpointLink link = links.get(line.endpoint());
    if (link != null) {
      link.ask();
    }
  }

  /** An answer was of this term. Called on any thread, for every answer. */
  void term(long seen) {
    // once for each term: who does not tell it now may never do so, as a proxy
    if (seen > leadership.term() && seen > askedTerm) {
      askedTerm = seen;
      helper.getSynchronizationContext().execute(this::askAll);
    }
  }

  /**
   * Puts new connections in the place of all there are, at one endpoint after another, so that all
   * but one take calls all the time. Called on any thread.
   */
  void renew() {
    helper
        .getSynchronizationContext()
        .execute(
            () -> {
              toRenew.clear();
              toRenew.addAll(links.values());
              if (!isRenewing) {
                renewNext();
              }
            });
  }

  private void renewNext() {
    EndpointLink next = toRenew.poll();
    isRenewing = next != null;
    if (next != null) {
      next.renew(this::renewNext);
    }
  }

  /**
   * A member refused something because it is a learner, or because it sees no leader. Called on any
   * thread.
   */
  void refused(Endpoint endpoint, Code code) {
    EndpointLink link = links.get(endpoint);
    if (link != null) {
      helper.getSynchronizationContext().execute(() -> link.refused(code));
    }
  }

  /** How all endpoints stand, in the order in which they were given. Called on any thread. */
  List<EndpointStatus> statuses() {
    Collection<EndpointLink> now = links.values();
    long leader = leadership.leaderId();
    return now.stream().map(link -> status(link, leader)).toList();
  }

  private static EndpointStatus status(EndpointLink link, long leader) {
    EndpointLink.Standing standing = link.standing();
    Line line = standing.line();
    Optional<MemberReport> said = Optional.ofNullable(standing.report());
    return new EndpointStatus(
        link.endpoint(),
        standing.state(),
        standing.since(),
        standing.lastFailure(),
        line == null ? 0 : line.inFlight(),
        said.map(report -> MemberId.of(report.memberId())),
        said.map(MemberReport::isLearner).orElse(false),
        said.map(report -> leader != 0 && report.memberId() == leader).orElse(false));
  }

  /** The resolver of ours never fails. */
  @Override
  public void handleNameResolutionError(Status error) {}

  @Override
  public void shutdown() {
    links.values().forEach(EndpointLink::close);
  }

  /** Makes balancers. */
  private static final class Provider extends LoadBalancerProvider {
    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    public int getPriority() {
      return 5; // the middle, as gRPC advises; nobody else has this name
    }

    @Override
    public String getPolicyName() {
      return POLICY;
    }

    @Override
    public LoadBalancer newLoadBalancer(Helper helper) {
      return new EndpointBalancer(helper);
    }
  }
}
