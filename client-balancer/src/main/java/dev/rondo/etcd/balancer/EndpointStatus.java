package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.MemberId;
import java.time.Instant;
import java.util.Optional;

/**
 * How the connection to one endpoint stands at this moment.
 *
 * @param endpoint which one
 * @param state how it stands
 * @param since since when it stands so
 * @param lastFailure why it could not be reached last, in one line; while it is connected, why it
 *     could not be connected once more with new credentials; empty if nothing failed since it was
 *     connected
 * @param inFlight how many calls and streams are under way there
 * @param member the member that answers there; empty while it is not connected, and for servers
 *     that do not tell
 * @param isLearner whether that member has no vote, as it said last
 * @param isLeader whether that member leads, as far as the members told; they are asked when they
 *     are connected, when another is cut off, and when an answer is of a new term
 */
public record EndpointStatus(
    Endpoint endpoint,
    State state,
    Instant since,
    Optional<EndpointFailure> lastFailure,
    int inFlight,
    Optional<MemberId> member,
    boolean isLearner,
    boolean isLeader) {
  /** Where a connection is: up, or on its way, or waiting to try again. */
  public enum State {
    /** Requests may go there. */
    CONNECTED,
    /** A connection is being made. */
    CONNECTING,
    /** The last try failed; the next one follows within half a second. */
    DISCONNECTED
  }
}
