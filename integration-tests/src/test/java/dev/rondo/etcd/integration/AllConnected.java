package dev.rondo.etcd.integration;

import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.EndpointStatus;

/** Whether a client has all of its endpoints. */
final class AllConnected {
  private AllConnected() {}

  /** Whether each endpoint takes part in calls. */
  static boolean of(Connection connection) {
    return connection.endpoints().stream()
        .allMatch(status -> status.state() == EndpointStatus.State.CONNECTED);
  }
}
