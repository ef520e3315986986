package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the balancer the endpoints of one channel, and new ones when they change. It looks nothing
 * up: host names are the business of each {@link EndpointLink}, which looks again whenever it is
 * disconnected.
 */
final class EndpointResolver extends NameResolver {
  private static final String SCHEME = "rondo";

  private final ChannelSetup setup;
  private final SynchronizationContext context;
  private List<Endpoint> endpoints; // in the synchronization context
  private @Nullable Listener2 listener; // in the synchronization context

  private EndpointResolver(
      ChannelSetup setup, List<Endpoint> endpoints, SynchronizationContext context) {
    this.setup = setup;
    this.endpoints = endpoints;
    this.context = context;
  }

  @Override
  public String getServiceAuthority() {
    return "etcd"; // never used: each endpoint has an authority of its own
  }

  @Override
  public void start(Listener2 listener) {
    this.listener = listener;
    give();
  }

  /** Gives the balancer another list. Called on any thread. */
  void endpoints(List<Endpoint> changed) {
    context.execute(
        () -> {
          endpoints = changed;
          give();
        });
  }

  private void give() {
    if (listener == null || endpoints.isEmpty()) {
      return; // calls wait until a source of endpoints has some
    }
    Attributes attributes =
        Attributes.newBuilder()
            .set(EndpointBalancer.SETUP, setup)
            .set(EndpointBalancer.ENDPOINTS, endpoints)
            .build();
    listener.onResult2(
        ResolutionResult.newBuilder()
            .setAddressesOrError(
                StatusOr.fromValue(endpoints.stream().map(EndpointResolver::group).toList()))
            .setAttributes(attributes)
            .build());
  }

  /** gRPC wants an address for each; ours go with the attributes, and are looked up later. */
  private static EquivalentAddressGroup group(Endpoint endpoint) {
    return new EquivalentAddressGroup(
        InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()));
  }

  @Override
  public void shutdown() {
    listener = null;
  }

  /** Makes the one resolver of one channel; registered with that channel alone. */
  static final class Provider extends NameResolverProvider {
    private final ChannelSetup setup;
    private final List<Endpoint> first;
    private volatile @Nullable EndpointResolver made;

    Provider(ChannelSetup setup, List<Endpoint> first) {
      this.setup = setup;
      this.first = first;
    }

    NameResolverRegistry registry() {
      NameResolverRegistry registry = new NameResolverRegistry();
      registry.register(this);
      return registry;
    }

    String target() {
      return SCHEME + ":///etcd";
    }

    EndpointResolver resolver() {
      return Objects.requireNonNull(made);
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      EndpointResolver resolver =
          new EndpointResolver(setup, first, args.getSynchronizationContext());
      made = resolver;
      return resolver;
    }

    @Override
    public String getDefaultScheme() {
      return SCHEME;
    }

    /** None that a transport would have to know: the addresses are made by the links. */
    @Override
    public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
      return Set.of();
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }
  }
}
