package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.wire.Member;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Who a member is.
 *
 * @param memberId its id, which is also that by which consensus knows it
 * @param incarnation greater than in each of its earlier lives
 * @param name what it publishes as its name, with {@code clientUrls}, once it takes part
 * @param founders the members that the cluster began with, the same for each member at any time: a
 *     member that joins later learns of all others from the log
 * @param contacts ids of members to turn to before the leader is known
 * @param electionTimeout the unit of etcd's waits for a leader
 * @param quota how many bytes this member may store before it raises an alarm
 * @param strictReconfiguration whether changes of the membership that could cost the quorum are
 *     refused
 */
public record EngineSettings(
    long clusterId,
    long memberId,
    long incarnation,
    String name,
    List<String> clientUrls,
    List<Member> founders,
    Set<Long> contacts,
    Duration electionTimeout,
    long quota,
    boolean strictReconfiguration) {
  /** etcd's. */
  public static final long DEFAULT_QUOTA = 2L << 30;

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  public EngineSettings {
    clientUrls = List.copyOf(clientUrls);
    founders = List.copyOf(founders);
    contacts = Set.copyOf(contacts);
  }

  /** With etcd's quota, and strict. */
  public EngineSettings(
      long clusterId,
      long memberId,
      long incarnation,
      String name,
      List<String> clientUrls,
      List<Member> founders,
      Set<Long> contacts,
      Duration electionTimeout) {
    this(
        clusterId,
        memberId,
        incarnation,
        name,
        clientUrls,
        founders,
        contacts,
        electionTimeout,
        DEFAULT_QUOTA,
        true);
  }

  /** How long a request may wait for agreement: five seconds and two elections. */
  Duration requestTimeout() {
    return REQUEST_TIMEOUT.plus(electionTimeout.multipliedBy(2));
  }
}
