package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One channel of gRPC over all endpoints of a connection, with a resolver, a balancer and
 * credentials of its own.
 */
public final class EndpointChannel {
  private final ManagedChannel channel;
  private final EndpointResolver resolver;
  private final BalancerHandle balancer;
  private final @Nullable EventLoopGroup socketFileLoops;

  private EndpointChannel(
      ManagedChannel channel,
      EndpointResolver resolver,
      BalancerHandle balancer,
      @Nullable EventLoopGroup socketFileLoops) {
    this.channel = channel;
    this.resolver = resolver;
    this.balancer = balancer;
    this.socketFileLoops = socketFileLoops;
  }

  /**
   * Makes a channel and begins to connect all endpoints.
   *
   * @param scheme of all endpoints, those included that come later
   * @param endpoints none if they are yet to be found; calls wait for them
   * @param credentials for all of them
   * @param maxAnswerBytes the largest answer that is taken
   * @param listener hears what happens to the endpoints
   * @param dns knows the addresses of hosts
   * @param lookups where host names are looked up, which blocks
   * @param policy which of the connected endpoints a call goes to
   * @param limits how long a connection may be silent
   * @param tuning the user's own
   */
  public static EndpointChannel open(
      Endpoint.Scheme scheme,
      List<Endpoint> endpoints,
      CredentialBundle credentials,
      int maxAnswerBytes,
      ChannelListener listener,
      DnsClient dns,
      Executor lookups,
      PickPolicy policy,
      SilenceLimits limits,
      GrpcTuning tuning) {
    Questions questions = new Questions();
    BalancerHandle balancer = new BalancerHandle();
    ChannelSetup setup =
        new ChannelSetup(
            listener,
            credentials,
            new HostLookup(dns),
            lookups,
            policy,
            limits,
            questions,
            balancer);
    EndpointResolver.Provider resolvers = new EndpointResolver.Provider(setup, endpoints);
    NettyChannelBuilder builder =
        (NettyChannelBuilder)
            Grpc.newChannelBuilder(
                resolvers.target(), credentials.credentials(), resolvers.registry());
    EventLoopGroup socketFileLoops = null;
    if (scheme.isSocketFile()) {
      socketFileLoops = socketFileLoops();
      builder
          .eventLoopGroup(socketFileLoops)
          .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class);
    } else {
      builder.withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_000);
    }
    builder
        .defaultLoadBalancingPolicy(EndpointBalancer.policy())
        .disableServiceConfigLookUp()
        .directExecutor() // listeners of ours never block; what may goes to an executor of its own
        .offloadExecutor(lookups)
        .idleTimeout(Integer.MAX_VALUE, TimeUnit.DAYS) // endpoints stay connected between calls
        .maxInboundMessageSize(maxAnswerBytes)
        // etcd forgives a ping every 5 s while calls are open, and none otherwise; gRPC sends none
        // more often than 10 s
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(3, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(false)
        .intercept(tuning.interceptors());
    tuning.channel().accept(builder);
    ManagedChannel channel = builder.build();
    questions.over(channel);
    channel.getState(true); // makes the resolver and the balancer begin
    return new EndpointChannel(channel, resolvers.resolver(), balancer, socketFileLoops);
  }

  /**
   * gRPC's shared loops are of a kind that may not serve socket files, so these get one of their
   * own.
   */
  private static EventLoopGroup socketFileLoops() {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("rondo-socket-file", true), NioIoHandler.newFactory());
  }

  /** The channel to make calls on. */
  public ManagedChannel channel() {
    return channel;
  }

  /** Puts other endpoints of the same scheme in the place of those there are. */
  public void endpoints(List<Endpoint> endpoints) {
    resolver.endpoints(endpoints);
  }

  /**
   * Puts connections with the credentials of now in the place of those there are, one by one. Unary
   * calls are finished where they are; streams are told to leave.
   */
  public void renewConnections() {
    balancer.renew();
  }

  /** How all endpoints stand, in the order in which they were given. */
  public List<EndpointStatus> statuses() {
    return balancer.statuses();
  }

  /** An answer was of this term of the cluster's consensus. */
  public void term(long seen) {
    balancer.term(seen);
  }

  /** A member refused something because it is a learner, or because it sees no leader. */
  public void refused(Endpoint endpoint, Code code) {
    balancer.refused(endpoint, code);
  }

  /** Cuts all connections; what is on its way fails. */
  public void close() {
    channel.shutdownNow();
    if (socketFileLoops != null) {
      var unused = socketFileLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
