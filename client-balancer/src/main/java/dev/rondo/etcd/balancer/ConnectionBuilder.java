package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.channel.SilenceLimits;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects what a {@link Connection} needs. Not safe for use by many threads. */
public final class ConnectionBuilder {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private Endpoints endpoints = Endpoints.NONE;
  private @Nullable DnsSrv discovery;
  private @Nullable MemberSync memberSync;
  private List<InetSocketAddress> dnsServers = List.of();
  private @Nullable Tls tls;
  private CallSettings settings = CallSettings.DEFAULT;
  private int maxAnswerBytes = Integer.MAX_VALUE;
  private ConnectionListener listener = event -> {};
  private @Nullable Executor executor;
  private PickPolicy policy = PickPolicy.ROUND_ROBIN;
  private SilenceLimits silence = SilenceLimits.DEFAULT;
  private GrpcTuning tuning = GrpcTuning.builder().build();
  private @Nullable Secrets secrets;

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

  /**
   * Logs in as {@code user}: before the first call, and anew whenever a server wants another token.
   *
   * <p>Without TLS the password travels in the clear. Where the cluster has authentication turned
   * off, calls go on without.
   *
   * @param user the name, not empty
   * @param password not empty; it is copied, and the connection wipes its own copy when it is
   *     closed
   * @throws IllegalStateException if there is a {@link #token} already
   */
  public ConnectionBuilder user(String user, char[] password) {
    if (secrets instanceof Secrets.OfToken) {
      throw excluding();
    }
    secrets = new Secrets.OfUser(user, password);
    return this;
  }

  /** Logs in as {@code user}; see {@link #user(String, char[])}. A string cannot be wiped. */
  public ConnectionBuilder user(String user, String password) {
    return user(user, password.toCharArray());
  }

  /**
   * Shows this token with every call, such as a JSON Web Token that was made elsewhere. It is never
   * renewed: when a server refuses it, calls fail with the server's code.
   *
   * @param token not empty, of visible ASCII characters
   * @throws IllegalStateException if there is a {@link #user(String, char[]) user} already
   */
  public ConnectionBuilder token(String token) {
    if (secrets instanceof Secrets.OfUser) {
      throw excluding();
    }
    secrets = new Secrets.OfToken(token);
    return this;
  }

  private static IllegalStateException excluding() {
    return new IllegalStateException(
        "a connection has either a user with a password or a token, was given both");
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
   * <p>A watch needs room for what etcd puts into one message: as many events as fit into its
   * {@code --max-request-bytes} and 512 KiB (2 MiB by default), and one event whatever its size,
   * which with the previous value may be twice {@code --max-request-bytes}. 4 MiB are enough for
   * etcd's defaults.
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

  /** Chooses among the connected endpoints in this way; {@link PickPolicy#ROUND_ROBIN} at first. */
  public ConnectionBuilder policy(PickPolicy policy) {
    this.policy = policy;
    return this;
  }

  /**
   * Takes an endpoint for disconnected that looks connected and does not answer.
   *
   * <p>When nothing has come in from an endpoint for {@code threshold} while a call waits there, it
   * is asked for its status. If it does not answer that within {@code probe} either, its connection
   * is cut, and what was under way there fails or moves on by the usual rules. If no other endpoint
   * answers in that time, it may be this machine that is cut off or has no time: then the endpoint
   * is given 3 s, or {@code probe} if that is longer. Where only quiet streams are, it is asked
   * every 5 s. All times are counted in steps of 100 ms in which this process had a processor, so a
   * machine that is busy does not make its peers look silent.
   *
   * <p>The default is 400 ms for each. Shorter times find a frozen member sooner, and cut off a
   * healthy one that has no processor or network for that long.
   *
   * @param threshold 100 ms to an hour
   * @param probe 100 ms to an hour
   */
  public ConnectionBuilder silence(Duration threshold, Duration probe) {
    requireTick("threshold", threshold);
    requireTick("probe", probe);
    silence = new SilenceLimits(threshold, probe);
    return this;
  }

  private static void requireTick(String name, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(100)) < 0
        || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(name + " must be PT0.1S to PT1H, was " + duration);
    }
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
    warnIfReadable(plan.scheme());
    return new GrpcConnection(
        plan,
        usedTls(plan.scheme()),
        settings,
        maxAnswerBytes,
        listener,
        executor,
        policy,
        silence,
        tuning,
        secrets);
  }

  /** What goes through a socket file does not leave the machine. */
  private void warnIfReadable(Endpoint.Scheme scheme) {
    if (secrets != null && !scheme.isSecure() && !scheme.isSocketFile()) {
      log.warn(
          "{} is sent without TLS, where others may read it: use https endpoints", secrets.name());
    }
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

  private @Nullable Tls usedTls(Endpoint.Scheme scheme) {
    if (!scheme.isSecure()) {
      return null;
    }
    return tls == null ? Tls.system() : tls;
  }
}
