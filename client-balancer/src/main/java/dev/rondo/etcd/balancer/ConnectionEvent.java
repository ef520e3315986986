package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.MemberId;
import java.util.List;
import java.util.Optional;

/** Something that happened to a connection and that calls do not show. */
public sealed interface ConnectionEvent {
  /** An endpoint was connected and takes part from now on. */
  record Connected(Endpoint endpoint) implements ConnectionEvent {}

  /**
   * An endpoint was cut off, or could not be reached. Told once until it is connected again, and
   * once more whenever the code of the failure changes; {@link Connection#endpoints} has the reason
   * of the last try.
   *
   * @param endpoint which one
   * @param failure why
   */
  record Disconnected(Endpoint endpoint, EndpointFailure failure) implements ConnectionEvent {}

  /**
   * A call or a stream left the endpoint that failed and goes on to the next one.
   *
   * @param operation what was called
   * @param from the endpoint that failed it
   * @param code why
   */
  record Rotated(String operation, Endpoint from, Code code) implements ConnectionEvent {}

  /**
   * A call is tried again.
   *
   * @param operation what was called
   * @param attempt the number of the attempt that follows, counted from 1; one that a learner
   *     refused does not count
   * @param code why the one before failed
   */
  record Retried(String operation, int attempt, Code code) implements ConnectionEvent {}

  /**
   * DNS or the member list put other endpoints in the place of those there were.
   *
   * @param endpoints those there are now
   */
  record EndpointsChanged(List<Endpoint> endpoints) implements ConnectionEvent {
    /** Copies the list. */
    public EndpointsChanged {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * DNS or the member list could not be asked, or named no endpoint; those that are known stay.
   * Told once until it succeeds, and again when the reason changes.
   *
   * @param source what was asked, such as {@code DNS} or {@code member list}
   * @param reason why it failed, in one line
   */
  record DiscoveryFailed(String source, String reason) implements ConnectionEvent {}

  /**
   * Members told that this member leads, and did not before.
   *
   * @param leader which one
   * @param term in which term of their consensus
   */
  record LeaderSeen(MemberId leader, long term) implements ConnectionEvent {}

  /**
   * The files of {@link Tls} had changed, and what they hold is used from now on. The connections
   * that are up are replaced one by one; this is told before.
   *
   * @param trusted how many certificates are trusted; 0 for the JDK's own trust store
   * @param identity the certificate we show, or nothing if we have none
   */
  record CredentialsReloaded(int trusted, Optional<ClientCertificate> identity)
      implements ConnectionEvent {}
}
