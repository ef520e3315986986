package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.EtcdException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * A connection to all members of one cluster; every client is made over one. Safe for use by many
 * threads.
 *
 * <p>All endpoints are kept connected. Each call goes to the next connected endpoint in turn, and
 * to any of the others when it is repeated; when an endpoint is cut off, calls go round to the
 * others at once, and it comes back as soon as it can be reached. There is no list of unhealthy
 * endpoints.
 *
 * <pre>{@code
 * try (Connection connection =
 *     Connection.builder().endpoints("http://10.0.0.1:2379", "http://10.0.0.2:2379").build()) {
 *   KvClient kv = KvClient.over(connection);
 * }
 * }</pre>
 */
public sealed interface Connection extends AutoCloseable permits GrpcConnection {
  /** Returns a builder that needs endpoints and nothing else. */
  static ConnectionBuilder builder() {
    return new ConnectionBuilder();
  }

  /** How each endpoint stands at this moment, in the order in which they were given. */
  List<EndpointStatus> endpoints();

  /**
   * Puts other endpoints in the place of those there are. Calls that are on their way to one that
   * is left out are finished there; streams move on. What is in both lists stays connected.
   *
   * <p>From then on the list is this one: neither DNS nor the member list changes it any more.
   *
   * @param urls at least one, under the same rules as in the builder
   * @throws IllegalArgumentException if a rule is broken, or the scheme is not the one that the
   *     connection was built with; then nothing changes
   */
  void endpoints(Collection<String> urls);

  /**
   * Waits until at least one endpoint is connected.
   *
   * @param timeout how long to wait at most
   * @throws EtcdException if none is by then; its message names the reason of each endpoint, and
   *     why DNS knows none
   */
  void awaitReady(Duration timeout);

  /** Closes without waiting: calls that are on their way fail. Closing twice does no harm. */
  @Override
  void close();

  /**
   * Takes no more calls, and waits for those on their way before it closes. Streams end at once.
   *
   * @param timeout how long to wait at most; the calls left by then fail
   * @return whether all calls ended by themselves
   */
  boolean close(Duration timeout);
}
