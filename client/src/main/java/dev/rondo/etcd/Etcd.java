package dev.rondo.etcd;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.cluster.AuthClient;
import dev.rondo.etcd.cluster.ClusterClient;
import dev.rondo.etcd.cluster.MaintenanceClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.LeaseClient;
import java.time.Duration;

/**
 * All clients of one etcd cluster, over one connection. Safe for use by many threads.
 *
 * <pre>{@code
 * try (Etcd etcd = Etcd.builder().endpoints("http://10.0.0.1:2379", "http://10.0.0.2:2379").build()) {
 *   etcd.kv().put("orders/17", "paid");
 *   String state = etcd.kv().get("orders/17").orElseThrow().value().utf8();
 * }
 * }</pre>
 *
 * <p>The clients own nothing: they work until this is closed.
 */
public final class Etcd implements AutoCloseable {
  private final Connection connection;
  private final KvClient kv;
  private final LeaseClient leases;
  private final ClusterClient cluster;
  private final MaintenanceClient maintenance;
  private final AuthClient auth;

  Etcd(Connection connection) {
    this.connection = connection;
    this.kv = KvClient.over(connection);
    this.leases = LeaseClient.over(connection);
    this.cluster = ClusterClient.over(connection);
    this.maintenance = MaintenanceClient.over(connection);
    this.auth = AuthClient.over(connection);
  }

  /** Returns a builder that needs endpoints and nothing else. */
  public static EtcdBuilder builder() {
    return new EtcdBuilder();
  }

  /** Reads and writes keys. */
  public KvClient kv() {
    return kv;
  }

  /** Grants leases and keeps them. */
  public LeaseClient leases() {
    return leases;
  }

  /** Returns the clients of the keys under {@code prefix}, in UTF-8. */
  public EtcdNamespace namespace(String prefix) {
    return namespace(Bytes.utf8(prefix));
  }

  /**
   * Returns the clients of the keys under {@code prefix}; see {@link KvClient#namespace(Bytes)}.
   *
   * @param prefix at least one byte
   */
  public EtcdNamespace namespace(Bytes prefix) {
    return new EtcdNamespace(kv, leases).namespace(prefix);
  }

  /** Lists and changes the members. */
  public ClusterClient cluster() {
    return cluster;
  }

  /** Looks after single members: status, alarms, snapshots. */
  public MaintenanceClient maintenance() {
    return maintenance;
  }

  /** Administers users, roles and permissions. */
  public AuthClient auth() {
    return auth;
  }

  /** The connection under all clients: how its endpoints stand, and other endpoints at run time. */
  public Connection connection() {
    return connection;
  }

  /**
   * Waits until at least one endpoint is connected; see {@link Connection#awaitReady}.
   *
   * @param timeout how long to wait at most
   */
  public void awaitReady(Duration timeout) {
    connection.awaitReady(timeout);
  }

  /** Closes without waiting: calls that are on their way fail. Closing twice does no harm. */
  @Override
  public void close() {
    connection.close();
  }

  /**
   * Takes no more calls, and waits for those on their way before it closes.
   *
   * @param timeout how long to wait at most; the calls left by then fail
   * @return whether all calls ended by themselves
   */
  public boolean close(Duration timeout) {
    return connection.close(timeout);
  }

  @Override
  public String toString() {
    return "Etcd[" + connection + "]";
  }
}
