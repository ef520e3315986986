package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps all endpoints connected and gives calls the ring of those that are. Whether an endpoint is
 * connected is all that counts: there is no list of unhealthy ones.
 *
 * <p>gRPC knows balancers in one registry for the whole process, so one stateless provider stands
 * there under a name of our own; what belongs to one channel comes with its addresses.
 */
final class EndpointBalancer extends LoadBalancer {
  /** The name of the policy; the number changes with what the attributes carry. */
  static final String POLICY = "dev.rondo.etcd_ring_v1";

  static final Attributes.Key<ChannelSetup> SETUP = Attributes.Key.create("dev.rondo.etcd.setup");
  static final Attributes.Key<List<Endpoint>> ENDPOINTS =
      Attributes.Key.create("dev.rondo.etcd.endpoints");

  static {
    LoadBalancerRegistry.getDefaultRegistry().register(new Provider());
  }

  private final Helper helper;
  private final AtomicInteger cursor = new AtomicInteger();
  private Map<Endpoint, EndpointLink> links = Map.of(); // in the order of the list

  private EndpointBalancer(Helper helper) {
    this.helper = helper;
  }

  /** Makes sure that the policy is registered. */
  static String policy() {
    return POLICY;
  }

  @Override
  public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
    ChannelSetup setup = Objects.requireNonNull(resolved.getAttributes().get(SETUP));
    List<Endpoint> wanted = Objects.requireNonNull(resolved.getAttributes().get(ENDPOINTS));
    Map<Endpoint, EndpointLink> before = links;
    Map<Endpoint, EndpointLink> after = new LinkedHashMap<>();
    List<EndpointLink> made = new ArrayList<>();
    for (Endpoint endpoint : wanted) {
      EndpointLink link = before.get(endpoint);
      if (link == null) {
        link = new EndpointLink(endpoint, helper, setup, () -> publish(setup));
        made.add(link);
      }
      after.put(endpoint, link);
    }
    links = after;
    made.forEach(EndpointLink::connect);
    publish(setup);
    before.values().stream()
        .filter(link -> !after.containsValue(link))
        .forEach(EndpointLink::close);
    return Status.OK;
  }

  private void publish(ChannelSetup setup) {
    List<Ring.Place> connected = new ArrayList<>();
    Map<Endpoint, Status> failures = new HashMap<>();
    for (EndpointLink link : links.values()) {
      Status failure = link.failure();
      if (link.isConnected()) {
        connected.add(new Ring.Place(link.endpoint(), link.pick()));
      } else if (failure != null) {
        failures.put(link.endpoint(), failure);
      }
    }
    // every call waits for a ring that serves it, so gRPC's failing state would tell nobody
    // anything
    helper.updateBalancingState(
        connected.isEmpty() ? ConnectivityState.CONNECTING : ConnectivityState.READY,
        new Ring(connected, failures, cursor));
    setup.listener().onStatus(links.values().stream().map(EndpointLink::status).toList());
  }

  /** The resolver of ours never fails. */
  @Override
  public void handleNameResolutionError(Status error) {}

  @Override
  public void shutdown() {
    links.values().forEach(EndpointLink::close);
    links = Map.of();
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
