package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.internal.Calls;
import java.net.URI;
import java.util.function.Consumer;

/**
 * Lists the members of the cluster, and changes who belongs to it. Safe for use by many threads.
 *
 * <p>The safe way to grow a cluster is a learner, which counts for no quorum until it has caught up
 * and is promoted:
 *
 * <pre>{@code
 * ClusterClient cluster = ClusterClient.over(connection);
 * MemberAdded added = cluster.addLearner(URI.create("http://10.0.0.4:2380"));
 * // start etcd on 10.0.0.4, and once it has caught up:
 * cluster.promote(added.member().id());
 * }</pre>
 *
 * <p>Every method fails with an {@link EtcdException}; the codes worth a branch are named beside
 * it. A change that may or may not have been made ends with {@link OutcomeUnknownException}: list
 * the members to find out.
 */
public interface ClusterClient {
  /** Returns a client that sends its requests over {@code connection}, which stays the caller's. */
  static ClusterClient over(Connection connection) {
    return new GrpcClusterClient(Calls.over(connection));
  }

  /** Returns this client with other settings for its calls. */
  ClusterClient with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncClusterClient async();

  /**
   * Lists the members by the word of the quorum, so that every change made before is seen.
   *
   * <p>Servers up to 3.4 cannot do that: they answer as {@link #listLocally} does, which may be a
   * little behind.
   */
  MemberList list();

  /**
   * Lists the members as whichever member is asked knows them, with or without a leader. The answer
   * may be behind.
   */
  MemberList listLocally();

  /**
   * Adds a member with a vote. The quorum grows at once, before the new member has started; prefer
   * {@link #addLearner}.
   *
   * <p>Refused with {@code PEER_URL_EXIST} if a member has one of the URLs, and with {@code
   * MEMBER_NOT_ENOUGH_STARTED} or {@code UNHEALTHY} if the cluster is not well enough for it.
   *
   * @param peerUrls at least one, of the form {@code http(s)://host:port}
   * @throws IllegalArgumentException if a URL has another form
   */
  MemberAdded add(URI... peerUrls);

  /**
   * Adds a member that follows without a vote.
   *
   * <p>Refused as {@link #add} is, and with {@code TOO_MANY_LEARNERS} if the cluster has one
   * already (etcd's limit, unless it was started with another).
   *
   * @param peerUrls at least one, of the form {@code http(s)://host:port}
   * @throws IllegalArgumentException if a URL has another form
   */
  MemberAdded addLearner(URI... peerUrls);

  /**
   * Gives a learner its vote. Returns the members after it.
   *
   * <p>Refused with {@code LEARNER_NOT_READY} until the learner has caught up with the leader, with
   * {@code MEMBER_NOT_LEARNER} if it has a vote, and with {@code MEMBER_NOT_FOUND}.
   */
  MemberList promote(MemberId member);

  /**
   * Puts other peer URLs in the place of those that a member has. Returns the members after it.
   *
   * <p>Refused with {@code MEMBER_NOT_FOUND}, and with {@code PEER_URL_EXIST} if another member has
   * one of the URLs.
   *
   * @param peerUrls at least one, of the form {@code http(s)://host:port}
   * @throws IllegalArgumentException if a URL has another form
   */
  MemberList update(MemberId member, URI... peerUrls);

  /**
   * Removes a member for good; it stops by itself once it hears of it. Returns the members after
   * it.
   *
   * <p>Refused with {@code MEMBER_NOT_FOUND}, also where it was removed before, and with {@code
   * MEMBER_NOT_ENOUGH_STARTED} or {@code UNHEALTHY} if those who stay would be no quorum.
   */
  MemberList remove(MemberId member);
}
