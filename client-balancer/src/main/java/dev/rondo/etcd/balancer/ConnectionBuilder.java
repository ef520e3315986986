package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link Connection} needs. Not safe for use by many threads. */
public final class ConnectionBuilder {
  private Endpoints endpoints = Endpoints.NONE;
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
   * @throws IllegalStateException if there are no endpoints, or credentials for endpoints in the
   *     clear
   */
  public Connection build() {
    if (endpoints.list().isEmpty()) {
      throw new IllegalStateException("a connection needs at least one endpoint, was given none");
    }
    if (tls != null && !endpoints.areSecure()) {
      throw new IllegalStateException(
          "tls settings need endpoints with https or unixs, was given " + endpoints.list().get(0));
    }
    return new GrpcConnection(
        endpoints, usedTls(), settings, maxAnswerBytes, listener, executor, tuning);
  }

  private @Nullable Tls usedTls() {
    if (!endpoints.areSecure()) {
      return null;
    }
    return tls == null ? Tls.system() : tls;
  }
}
