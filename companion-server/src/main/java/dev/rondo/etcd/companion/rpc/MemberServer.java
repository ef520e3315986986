package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.engine.Engine;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the clients of one member come in. It lives as long as the member, keeps its port over all
 * its restarts, and can be made to fail.
 *
 * <p>While it is {@linkplain #pause paused}, answers to requests already taken are kept: at most
 * what the member still produces, within the clients' windows of flow control for each stream.
 *
 * <p>Safe for use by many threads. Methods return when their effect is in force, and must not be
 * called on an event loop.
 */
public final class MemberServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberServer.class);

  /** Far above {@link RequestLimit#BYTES}, which can refuse only what was taken in whole. */
  private static final int MAX_BYTES_TAKEN_IN = 32 * 1024 * 1024;

  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOSING_GRACE = Duration.ofMillis(100);
  private static final int BACKLOG = 4096;

  /** The server from one start to its end. */
  private record Life(Server server, FaultGate gate, Future<?> leaderLooks) {
    void awaitEnd(Duration atMost) {
      try {
        server.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final InetSocketAddress address;
  private final @Nullable SslContext tls; // null without TLS
  private final EventLoopGroup loops;
  private final Executor executor;
  private @Nullable PortReservation reservation; // guarded by this; null while the server runs
  private @Nullable Life life; // guarded by this; null while it does not

  /**
   * Takes the address, and keeps clients out until {@link #start}.
   *
   * @param address port 0 for one that is free
   * @param loops NIO event loops, which stay the caller's to close
   * @param executor runs what requests ask for up to the first wait; stays the caller's to close
   * @throws IllegalStateException if somebody listens on that address
   * @throws IllegalArgumentException if TLS cannot be served like that, or the host is unknown
   */
  public MemberServer(
      InetSocketAddress address, Optional<ServerTls> tls, EventLoopGroup loops, Executor executor) {
    this.tls = tls.map(ServerTls::context).orElse(null);
    this.loops = loops;
    this.executor = executor;
    this.reservation = PortReservation.of(address);
    this.address = reservation.address();
  }

  /** Where this server listens or is going to, the same over all restarts. */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * Lets clients in.
   *
   * @param more services beside those that need nothing but the engine
   * @throws IllegalStateException if the server runs, or somebody else took its port
   */
  public synchronized void start(Engine engine, BindableService... more) {
    var services = new ArrayList<BindableService>(List.of(more));
    services.add(new KvService(engine));
    services.add(new LeaseService(engine));
    services.add(new ClusterService(engine));
    services.add(new MaintenanceService(engine));
    start(Standing.of(engine), services);
  }

  synchronized void start(Standing standing, List<BindableService> services) {
    if (life != null) {
      throw new IllegalStateException(
          "the server of " + PortReservation.text(address) + " runs already");
    }
    var gate = new FaultGate(loops);
    var leaderStreams = new LeaderStreams(standing.hasLeader());
    var interceptor = new MemberInterceptor(standing, leaderStreams);
    var server = builder(gate).addServices(guarded(services, interceptor)).build();
    listen(server);
    long election = standing.electionTimeout().toNanos();
    var looks =
        loops
            .next()
            .scheduleAtFixedRate(leaderStreams::look, election, election, TimeUnit.NANOSECONDS);
    life = new Life(server, gate, looks);
  }

  private NettyServerBuilder builder(FaultGate gate) {
    var builder =
        NettyServerBuilder.forAddress(address)
            .channelFactory(() -> gate.listener(this::checkPreface))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .executor(executor)
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .handshakeTimeout(HANDSHAKE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .maxInboundMessageSize(MAX_BYTES_TAKEN_IN)
            // As etcd by default: who pings more often, or without a call, is sent away.
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(false);
    return tls == null ? builder : builder.sslContext(tls);
  }

  /** TLS has a beginning of its own, and HTTP/2 is agreed on there. */
  private void checkPreface(ChannelPipeline pipeline) {
    if (tls == null) {
      pipeline.addLast(new PrefaceCheck());
    }
  }

  private static List<ServerServiceDefinition> guarded(
      List<BindableService> services, MemberInterceptor interceptor) {
    // It says that all services are there, as etcd's does from the moment it listens.
    var health = new HealthStatusManager().getHealthService();
    var limit = new RequestLimit();
    return Stream.concat(services.stream(), Stream.of(health))
        .map(service -> ServerInterceptors.intercept(service, interceptor))
        .map(ServerInterceptors::useInputStreamMessages)
        .map(service -> ServerInterceptors.intercept(service, limit))
        .toList();
  }

  private void listen(Server server) {
    giveUpReservation();
    try {
      server.start();
    } catch (IOException e) {
      throw PortReservation.inUse(address, e.getCause() instanceof IOException cause ? cause : e);
    }
  }

  /**
   * Behaves like a stopped process: connections, new ones included, stay open and silent.
   *
   * @throws IllegalStateException if the server does not run
   */
  public synchronized void pause() {
    running().gate().shut();
  }

  /**
   * Goes on with everything that was held, in its order.
   *
   * @throws IllegalStateException if the server does not run
   */
  public synchronized void resume() {
    running().gate().open();
  }

  /**
   * Behaves like a killed process: connections are reset, new ones refused. Does nothing if the
   * server does not run.
   */
  public synchronized void kill() {
    if (life != null) {
      life.gate().reset();
      end(life);
    }
  }

  /**
   * Tells clients to go elsewhere, lets calls end for a while, and hangs up. A paused server cannot
   * say goodbye: it is killed. Does nothing if the server does not run.
   */
  public synchronized void stop(Duration grace) {
    if (life == null) {
      return;
    }
    if (life.gate().isShut()) {
      kill();
      return;
    }
    life.server().shutdown();
    life.awaitEnd(grace);
    life.gate().hangUp();
    end(life);
  }

  private void end(Life ending) {
    ending.leaderLooks().cancel(false);
    ending.server().shutdownNow();
    ending.awaitEnd(HANDSHAKE_TIMEOUT);
    life = null;
    reserveAgain();
  }

  /** The server has ended in any case; the next start tells if it cannot have its port back. */
  private void reserveAgain() {
    try {
      reservation = PortReservation.of(address);
    } catch (IllegalStateException e) {
      log.warn("somebody else has taken the port of a member that is down", e);
    }
  }

  /** Ends the server, gently if it runs, and gives up the port. */
  @Override
  public synchronized void close() {
    stop(CLOSING_GRACE);
    giveUpReservation();
  }

  private void giveUpReservation() {
    if (reservation != null) {
      reservation.close();
      reservation = null;
    }
  }

  private Life running() {
    if (life == null) {
      throw new IllegalStateException(
          "the server of " + PortReservation.text(address) + " does not run");
    }
    return life;
  }
}
