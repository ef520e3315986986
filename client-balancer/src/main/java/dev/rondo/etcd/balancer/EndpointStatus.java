package dev.rondo.etcd.balancer;

import java.util.Optional;

/**
 * How the connection to one endpoint stands at this moment.
 *
 * @param endpoint which one
 * @param state how it stands
 * @param lastFailure why it could not be reached last, in one line; empty if it never failed since
 *     it was connected
 */
public record EndpointStatus(
    Endpoint endpoint, State state, Optional<EndpointFailure> lastFailure) {
  /** Where a connection is: up, or on its way, or waiting to try again. */
  public enum State {
    /** Requests may go there. */
    CONNECTED,
    /** A connection is being made. */
    CONNECTING,
    /** The last try failed; the next one follows within a second. */
    DISCONNECTED
  }
}
