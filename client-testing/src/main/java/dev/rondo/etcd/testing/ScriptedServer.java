package dev.rondo.etcd.testing;

import dev.rondo.etcd.wire.MaintenanceGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server on loopback that answers from a script, for the answers that a real etcd gives
 * rarely or never.
 *
 * <pre>{@code
 * try (var server = ScriptedServer.start()) {
 *   server.on(KVGrpc.getRangeMethod(), (request, call) -> call.fail(Status.UNAVAILABLE));
 *   server.on(WatchGrpc.getWatchMethod(), (request, call) -> call.send(created));
 *   ...
 *   server.awaitReceived(2);
 *   assertThat(server.received(KVGrpc.getRangeMethod())).hasSize(1);
 * }
 * }</pre>
 *
 * <p>A method without a script ends as {@code UNIMPLEMENTED}. The status, which a client asks each
 * member for by itself, is not in the log of calls unless it has a script. A script that does
 * nothing leaves its call open for ever. Scripts may be changed at any time, and run one at a time
 * for each call. The log of received calls outlives a restart.
 */
public final class ScriptedServer implements AutoCloseable {
  /** Answers one message of a call; for a stream it runs once for each. */
  @FunctionalInterface
  public interface Script<RequestT, ResponseT> {
    /** Answers {@code request}, or leaves it without an answer. */
    void received(RequestT request, ScriptedCall<RequestT, ResponseT> call);
  }

  /** Where the server listens, and with which certificate. */
  public static final class Builder {
    private String host = "127.0.0.1";
    private @Nullable CertificateFiles certificate; // null without TLS
    private @Nullable Path clientCa; // null if any client may come
    private List<String> protocols = List.of(); // empty for Netty's own choice
    private List<String> cipherSuites = List.of(); // empty for gRPC's own choice

    private Builder() {}

    /** Sets the local address to listen on, by default 127.0.0.1. */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** Serves TLS with this certificate, to any client. */
    public Builder tls(CertificateFiles certificate) {
      this.certificate = certificate;
      return this;
    }

    /** Refuses clients whose certificate this CA has not signed; needs {@link #tls}. */
    public Builder clientAuth(Path ca) {
      this.clientCa = ca;
      return this;
    }

    /** Starts the server on a free port. */
    public ScriptedServer start() {
      return new ScriptedServer(this);
    }

    /** Speaks these versions of TLS only, such as {@code TLSv1.3}; needs {@link #tls}. */
    public Builder protocols(String... protocols) {
      this.protocols = List.of(protocols);
      return this;
    }

    /** Takes these cipher suites only, by the JDK's names; needs {@link #tls}. */
    public Builder cipherSuites(String... cipherSuites) {
      this.cipherSuites = List.of(cipherSuites);
      return this;
    }

    private ServerCredentials credentials() {
      if (certificate == null) {
        return InsecureServerCredentials.create();
      }
      var files = certificate;
      var tls = GrpcSslContexts.forServer(files.certificate().toFile(), files.key().toFile());
      if (clientCa != null) {
        tls.trustManager(clientCa.toFile()).clientAuth(ClientAuth.REQUIRE);
      }
      if (!protocols.isEmpty()) {
        tls.protocols(protocols);
      }
      if (!cipherSuites.isEmpty()) {
        tls.ciphers(cipherSuites);
      }
      try {
        return NettySslContextServerCredentials.create(tls.build());
      } catch (SSLException e) {
        throw new IllegalArgumentException("cannot serve TLS with " + files, e);
      }
    }
  }

  private static final String STATUS = MaintenanceGrpc.getStatusMethod().getFullMethodName();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String scheme;
  private final ServerCredentials credentials;
  private final Map<String, ServerMethodDefinition<?, ?>> scripts = new ConcurrentHashMap<>();
  private final Map<String, Consumer<ScriptedCall<?, ?>>> openings = new ConcurrentHashMap<>();
  private final List<ScriptedCall<?, ?>> calls = new CopyOnWriteArrayList<>();
  private final List<Server> leaving = new ArrayList<>(); // guarded by this
  // gRPC's shared one would never end: a server with TLS borrows it for each connection, and keeps
  // it
  private final ExecutorService executor = Executors.newCachedThreadPool(ScriptedServer::daemon);
  private final TcpBridge bridge; // lives as long as the port, over all restarts
  private Server server; // guarded by this; may have ended

  private ScriptedServer(Builder builder) {
    this.scheme = builder.certificate == null ? "http" : "https";
    this.credentials = builder.credentials();
    this.server = startServer();
    this.bridge = TcpBridge.between(builder.host, "127.0.0.1", server.getPort());
  }

  /** Starts a server without TLS on a free port of 127.0.0.1. */
  public static ScriptedServer start() {
    return builder().start();
  }

  /** Returns a builder for a server with TLS or on another address. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the URL of the server, which stays the same over restarts. */
  public String endpoint() {
    return scheme + "://" + bridge.authority();
  }

  /** Returns the port of the server, which stays the same over restarts. */
  public int port() {
    return bridge.port();
  }

  /** Answers a method from now on, in calls not yet begun. */
  public <RequestT, ResponseT> void on(
      MethodDescriptor<RequestT, ResponseT> method, Script<RequestT, ResponseT> script) {
    scripts.put(method.getFullMethodName(), definition(method, script));
  }

  /**
   * Runs when a call of this method begins, before its first message; {@link #on} must be called
   * too.
   */
  @SuppressWarnings("unchecked") // calls of this method have its types
  public <RequestT, ResponseT> void onOpen(
      MethodDescriptor<RequestT, ResponseT> method,
      Consumer<ScriptedCall<RequestT, ResponseT>> opening) {
    openings.put(
        method.getFullMethodName(),
        call -> opening.accept((ScriptedCall<RequestT, ResponseT>) call));
  }

  /** Returns every call received, the oldest first, those without a script included. */
  public List<ScriptedCall<?, ?>> calls() {
    return List.copyOf(calls);
  }

  /** Returns the calls of one method, the oldest first. */
  @SuppressWarnings("unchecked") // calls of this method have its types
  public <RequestT, ResponseT> List<ScriptedCall<RequestT, ResponseT>> calls(
      MethodDescriptor<RequestT, ResponseT> method) {
    return calls.stream()
        .filter(call -> call.method().equals(method.getFullMethodName()))
        .map(call -> (ScriptedCall<RequestT, ResponseT>) call)
        .toList();
  }

  /** Returns the messages received for one method, call by call. */
  public <RequestT> List<RequestT> received(MethodDescriptor<RequestT, ?> method) {
    return calls(method).stream().flatMap(call -> call.requests().stream()).toList();
  }

  /** Returns how many calls the clients gave up, or lost with their connections. */
  public long cancelledCalls() {
    return calls.stream().filter(ScriptedCall::isCancelled).count();
  }

  /** Waits until this many messages were received in all, for at most ten seconds. */
  public void awaitReceived(int messages) {
    Patience.await(
        messages + " messages received by " + endpoint(),
        PATIENCE,
        () -> calls.stream().mapToInt(call -> call.requests().size()).sum() >= messages);
  }

  /** Waits until this many messages were received for one method, for at most ten seconds. */
  public void awaitReceived(MethodDescriptor<?, ?> method, int messages) {
    Patience.await(
        messages + " messages received for " + method.getFullMethodName(),
        PATIENCE,
        () -> received(method).size() >= messages);
  }

  /** Returns the bridge that all connections come through, which can cut, delay and hold them. */
  public TcpBridge bridge() {
    return bridge;
  }

  /**
   * Tells the clients to go away: open calls may finish, new ones need a new connection, which is
   * welcome.
   */
  public synchronized void goAway() {
    var old = server;
    listen();
    old.shutdown();
    leaving.add(old);
  }

  /** Resets all connections and refuses new ones, as a machine does whose server has crashed. */
  public synchronized void stop() {
    bridge.refuse();
    end();
  }

  /** Stops the server if it runs, and starts it on the same port. */
  public synchronized void restart() {
    stop();
    listen();
    bridge.heal();
  }

  @Override
  public synchronized void close() {
    bridge.close();
    end();
    executor.shutdown();
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "scripted-server");
    thread.setDaemon(true);
    return thread;
  }

  private void end() {
    leaving.add(server);
    leaving.forEach(Server::shutdownNow);
    try {
      for (var left : leaving) {
        left.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    leaving.clear();
  }

  private void listen() {
    server = startServer();
    bridge.retarget("127.0.0.1", server.getPort());
  }

  private Server startServer() {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return NettyServerBuilder.forAddress(address, credentials)
          .fallbackHandlerRegistry(new Scripts())
          .executor(executor)
          .maxInboundMessageSize(Integer.MAX_VALUE)
          .build()
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a gRPC server", e);
    }
  }

  private <RequestT, ResponseT> ServerCall.Listener<RequestT> begin(
      ServerCall<RequestT, ResponseT> serverCall,
      Metadata headers,
      Script<RequestT, ResponseT> script) {
    var call = new ScriptedCall<>(serverCall, headers);
    if (!call.method().equals(STATUS) || scripts.containsKey(STATUS)) {
      calls.add(call);
    }
    serverCall.request(Integer.MAX_VALUE);
    openings.getOrDefault(call.method(), opened -> {}).accept(call);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(RequestT request) {
        call.add(request);
        script.received(request, call);
      }

      @Override
      public void onHalfClose() {
        call.halfClosed();
      }

      @Override
      public void onCancel() {
        call.cancelled();
      }
    };
  }

  private <RequestT, ResponseT> ServerMethodDefinition<RequestT, ResponseT> definition(
      MethodDescriptor<RequestT, ResponseT> method, Script<RequestT, ResponseT> script) {
    return ServerMethodDefinition.create(method, (call, headers) -> begin(call, headers, script));
  }

  private ServerMethodDefinition<byte[], byte[]> unscripted(String name) {
    var method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .setRequestMarshaller(new RawBytes())
            .setResponseMarshaller(new RawBytes())
            .build();
    return definition(
        method,
        (request, call) ->
            call.fail(Status.UNIMPLEMENTED.withDescription("no script for " + name)));
  }

  /** Finds the script of the moment for each call. */
  private final class Scripts extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      var script = scripts.get(name);
      return script != null ? script : unscripted(name);
    }
  }
}
