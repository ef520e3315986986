package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.channel.CredentialBundle;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link Connection} needs. Not safe for use by many threads. */
public final class ConnectionBuilder {
  private Endpoints endpoints = Endpoints.NONE;
  private @Nullable DnsSrv discovery;
  private @Nullable MemberSync memberSync;
  private List<InetSocketAddress> dnsServers = List.of();
  private @Nullable Tls tls;
  private CallSettings settings = CallSettings.DEFAULT;
  private int maxAnswerBytes = Integer.MAX_VALUE;
  private ConnectionListener listener = event -> {};
  private @Nullable Executor executor;
  private GrpcTuning tuning = GrpcTuning.builder().build();

  ConnectionBuilder() {}

  /** Connects to these members; see {@link #endpoints(Collection)}. */
  public ConnectionBuilder endpoints(String... urls) {
    return endpoints(List.of(urls));
  }

  /**
   * Connects to these members.
   *
   * @param urls at least one, as {@link Endpoint} describes them; all secure or all in the clear,
   *     all hosts or all socket files, none twice
   * @throws IllegalArgumentException if a rule is broken; the message names the offender
   */
  public ConnectionBuilder endpoints(Collection<String> urls) {
    endpoints = Endpoints.parse(urls);
    return this;
  }

  /**
   * Connects to the members that DNS names, and follows what it says from then on. Until its first
   * answer calls wait, within their timeout.
   */
  public ConnectionBuilder discover(DnsSrv srv) {
    discovery = srv;
    return this;
  }

  /**
   * Goes over to the members that the cluster itself lists, and follows the list from then on. Off
   * by default.
   */
  public ConnectionBuilder followMembers(MemberSync sync) {
    memberSync = sync;
    return this;
  }

  /**
   * Asks these DNS servers for host names and SRV records, one after the other until one answers,
   * and for whole names only; the machine's own servers and search list if nothing is said.
   *
   * @param servers at least one, by address
   * @throws IllegalArgumentException if there is none, or one is a name
   */
  public ConnectionBuilder dnsServers(InetSocketAddress... servers) {
    if (servers.length == 0) {
      throw new IllegalArgumentException("dnsServers must name at least one server, was empty");
    }
    for (InetSocketAddress server : servers) {
      if (server.isUnresolved()) {
        throw new IllegalArgumentException(
            "dnsServers must be given by address, was given " + server);
      }
    }
    dnsServers = List.of(servers);
    return this;
  }

  /** Uses these credentials; {@link Tls#system} for {@code https} endpoints if nothing is said. */
  public ConnectionBuilder tls(Tls tls) {
    this.tls = tls;
    return this;
  }

  /** Changes the settings that all clients over this connection start with. */
  public ConnectionBuilder calls(Consumer<CallSettings.Builder> changes) {
    settings = settings.with(changes);
    return this;
  }

  /** Tells {@code listener} what happens. */
  public ConnectionBuilder listener(ConnectionListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Completes futures and calls listeners on {@code executor}, which stays the caller's to shut
   * down. By default they get threads of a pool that grows as needed and belongs to the connection.
   */
  public ConnectionBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /**
   * Refuses answers that are larger.
   *
   * @param bytes at least 1; 2 GiB less a byte by default, as etcd's own client has it
   */
  public ConnectionBuilder maxAnswerBytes(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("maxAnswerBytes must be at least 1, was " + bytes);
    }
    maxAnswerBytes = bytes;
    return this;
  }

  /** Adds interceptors of gRPC's, or tunes its channel. */
  public ConnectionBuilder grpc(GrpcTuning tuning) {
    this.tuning = tuning;
    return this;
  }

  /**
   * Returns the connection, which begins to connect in the background. Never blocks.
   *
   * @throws IllegalStateException if there are neither endpoints nor a way to find them, or both,
   *     or credentials for endpoints in the clear
   */
  public Connection build() {
    EndpointPlan plan =
        new EndpointPlan(scheme(), endpoints.list(), discovery, memberSync, dnsServers);
    if (tls != null && !plan.scheme().isSecure()) {
      throw new IllegalStateException(
          "tls settings need endpoints with https or unixs, was given "
              + (discovery == null ? endpoints.list().get(0) : discovery));
    }
    if (memberSync != null && plan.scheme().isSocketFile()) {
      throw new IllegalStateException(
          "followMembers needs endpoints with http or https, was given " + endpoints.list().get(0));
    }
    return new GrpcConnection(
        plan, credentials(plan.scheme()), settings, maxAnswerBytes, listener, executor, tuning);
  }

  private Endpoint.Scheme scheme() {
    if (discovery != null) {
      if (!endpoints.list().isEmpty()) {
        throw new IllegalStateException(
            "endpoints are either given or found by DNS, was given "
                + endpoints.list()
                + " and "
                + discovery);
      }
      return discovery.scheme();
    }
    if (endpoints.list().isEmpty()) {
      throw new IllegalStateException("a connection needs at least one endpoint, was given none");
    }
    return endpoints.scheme();
  }

  private CredentialBundle credentials(Endpoint.Scheme scheme) {
    if (!scheme.isSecure()) {
      return CredentialBundle.inTheClear();
    }
    Tls used = tls == null ? Tls.system() : tls;
    return CredentialBundle.tls(
        used.trusted(), used.identity().orElse(null), used.serverName().orElse(null));
  }
}
