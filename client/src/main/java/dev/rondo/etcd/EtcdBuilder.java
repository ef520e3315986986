package dev.rondo.etcd;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.ConnectionBuilder;
import dev.rondo.etcd.balancer.ConnectionListener;
import dev.rondo.etcd.balancer.DnsSrv;
import dev.rondo.etcd.balancer.MemberSync;
import dev.rondo.etcd.balancer.PickPolicy;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.balancer.grpc.GrpcTuning;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Collects what an {@link Etcd} needs. Not safe for use by many threads. */
public final class EtcdBuilder {
  private final ConnectionBuilder connection = Connection.builder();

  EtcdBuilder() {}

  /** Connects to these members; see {@link ConnectionBuilder#endpoints(Collection)}. */
  public EtcdBuilder endpoints(String... urls) {
    connection.endpoints(urls);
    return this;
  }

  /** Connects to these members; see {@link ConnectionBuilder#endpoints(Collection)}. */
  public EtcdBuilder endpoints(Collection<String> urls) {
    connection.endpoints(urls);
    return this;
  }

  /** Connects to the members that DNS names; see {@link ConnectionBuilder#discover}. */
  public EtcdBuilder discover(DnsSrv srv) {
    connection.discover(srv);
    return this;
  }

  /** Follows the cluster's own member list; see {@link ConnectionBuilder#followMembers}. */
  public EtcdBuilder followMembers(MemberSync sync) {
    connection.followMembers(sync);
    return this;
  }

  /** Asks these DNS servers; see {@link ConnectionBuilder#dnsServers}. */
  public EtcdBuilder dnsServers(InetSocketAddress... servers) {
    connection.dnsServers(servers);
    return this;
  }

  /** Uses these credentials; see {@link ConnectionBuilder#tls}. */
  public EtcdBuilder tls(Tls tls) {
    connection.tls(tls);
    return this;
  }

  /** Logs in as {@code user}; see {@link ConnectionBuilder#user(String, char[])}. */
  public EtcdBuilder user(String user, char[] password) {
    connection.user(user, password);
    return this;
  }

  /** Logs in as {@code user}; see {@link ConnectionBuilder#user(String, String)}. */
  public EtcdBuilder user(String user, String password) {
    connection.user(user, password);
    return this;
  }

  /** Shows this token with every call; see {@link ConnectionBuilder#token}. */
  public EtcdBuilder token(String token) {
    connection.token(token);
    return this;
  }

  /** Changes the settings that all clients start with; see {@link ConnectionBuilder#calls}. */
  public EtcdBuilder calls(Consumer<CallSettings.Builder> changes) {
    connection.calls(changes);
    return this;
  }

  /** Tells {@code listener} what happens to the connection. */
  public EtcdBuilder listener(ConnectionListener listener) {
    connection.listener(listener);
    return this;
  }

  /** Completes futures and calls listeners there; see {@link ConnectionBuilder#executor}. */
  public EtcdBuilder executor(Executor executor) {
    connection.executor(executor);
    return this;
  }

  /** Refuses answers that are larger; see {@link ConnectionBuilder#maxAnswerBytes}. */
  public EtcdBuilder maxAnswerBytes(int bytes) {
    connection.maxAnswerBytes(bytes);
    return this;
  }

  /** Chooses among the connected endpoints; see {@link ConnectionBuilder#policy}. */
  public EtcdBuilder policy(PickPolicy policy) {
    connection.policy(policy);
    return this;
  }

  /** Takes silent endpoints for disconnected; see {@link ConnectionBuilder#silence}. */
  public EtcdBuilder silence(Duration threshold, Duration probe) {
    connection.silence(threshold, probe);
    return this;
  }

  /** Adds interceptors of gRPC's, or tunes its channel; see {@link GrpcTuning}. */
  public EtcdBuilder grpc(GrpcTuning tuning) {
    connection.grpc(tuning);
    return this;
  }

  /**
   * Returns the clients, over a connection that begins to connect in the background. Never blocks.
   *
   * @throws IllegalStateException if there are neither endpoints nor a way to find them, or both,
   *     or credentials for endpoints in the clear
   */
  public Etcd build() {
    return new Etcd(connection.build());
  }
}
