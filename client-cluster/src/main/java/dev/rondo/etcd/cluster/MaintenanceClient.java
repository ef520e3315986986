package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus;
import dev.rondo.etcd.balancer.internal.Calls;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Looks at single members, backs them up and tidies them. Safe for use by many threads.
 *
 * <pre>{@code
 * MaintenanceClient maintenance = MaintenanceClient.over(connection);
 * MemberStatus status = maintenance.status("https://10.0.0.1:2379");
 * if (status.dbSizeInUse() < status.dbSize() / 2) {
 *   maintenance.defragment("https://10.0.0.1:2379");
 * }
 * maintenance.snapshot("https://10.0.0.1:2379", Path.of("backup.db"));
 * }</pre>
 *
 * <p>What is asked of an endpoint goes there and nowhere else, over the connection that there is,
 * and is tried once. The endpoint must be one of those of the connection; another one is refused
 * with an {@link IllegalArgumentException}. Failures are {@link EtcdException}s.
 */
public interface MaintenanceClient {
  /** Returns a client that sends its requests over {@code connection}, which stays the caller's. */
  static MaintenanceClient over(Connection connection) {
    return new GrpcMaintenanceClient(
        Calls.over(connection),
        () -> connection.endpoints().stream().map(EndpointStatus::endpoint).toList());
  }

  /** Returns this client with other settings for its calls. */
  MaintenanceClient with(Consumer<CallSettings.Builder> changes);

  /** The same operations without blocking. */
  AsyncMaintenanceClient async();

  /** Tells how the member is doing; it answers alone, with or without a leader. */
  MemberStatus status(Endpoint endpoint);

  /** Tells how the member at this URL is doing; see {@link #status(Endpoint)}. */
  default MemberStatus status(String endpoint) {
    return status(Endpoint.parse(endpoint));
  }

  /** Lists the alarms of the whole cluster. */
  AlarmList alarms();

  /**
   * Disarms one alarm. Returns it, or nothing if it was not raised.
   *
   * <p>An alarm whose reason is still there is raised again: make space by compaction and {@link
   * #defragment} before a {@link AlarmType#NOSPACE} is disarmed.
   */
  AlarmList disarm(Alarm alarm);

  /** Disarms all alarms there are, one after the other. Returns those that were disarmed. */
  AlarmList disarmAll();

  /**
   * Rewrites the member's backend file without its free pages.
   *
   * <p>The member answers nobody meanwhile, so this is for one member after another. It takes about
   * as long as writing the file does: allow for that by {@link #with} and {@link
   * CallSettings.Builder#timeout}. After the timeout the server still finishes it.
   */
  void defragment(Endpoint endpoint);

  /** Defragments the member at this URL; see {@link #defragment(Endpoint)}. */
  default void defragment(String endpoint) {
    defragment(Endpoint.parse(endpoint));
  }

  /**
   * Hashes all keys and values that the member has, up to a revision, so that members can be
   * compared. It answers alone, with or without a leader.
   *
   * @param revision the newest revision to take in, or {@link Revision#NONE} for all; refused with
   *     {@link Code#COMPACTED} or {@link Code#FUTURE_REVISION} if the member does not have it
   */
  KeyValueHash hashKv(Endpoint endpoint, Revision revision);

  /** Hashes what the member at this URL has; see {@link #hashKv(Endpoint, Revision)}. */
  default KeyValueHash hashKv(String endpoint, Revision revision) {
    return hashKv(Endpoint.parse(endpoint), revision);
  }

  /**
   * Hands the leadership to another member.
   *
   * <p>Only the leader can do that, so all endpoints of the connection are asked first which of
   * them leads, for at most half of the timeout.
   *
   * @param target a member with a vote; refused with {@link Code#BAD_LEADER_TRANSFEREE} otherwise
   * @throws EtcdException among others with {@link Code#NOT_LEADER} if the leader is behind none of
   *     the endpoints, {@link Code#NO_LEADER} if there is none, {@link Code#UNAVAILABLE} if no
   *     endpoint answered
   */
  void moveLeader(MemberId target);

  /** Backs a member up to a file; see {@link #snapshot(Endpoint, Path, SnapshotProgress)}. */
  default Snapshot snapshot(Endpoint endpoint, Path file) {
    return snapshot(endpoint, file, (writtenBytes, remainingBytes) -> {});
  }

  /** Backs the member at this URL up; see {@link #snapshot(Endpoint, Path, SnapshotProgress)}. */
  default Snapshot snapshot(String endpoint, Path file) {
    return snapshot(Endpoint.parse(endpoint), file);
  }

  /**
   * Backs a member up to a file, which {@code etcdctl} and {@code etcdutl} can restore. The member
   * answers alone, with or without a leader.
   *
   * <p>The file is there once it is complete, its digest has been found right and it is on disk; a
   * file that was there before is replaced at that moment and not touched until then. Meanwhile the
   * backup grows in a file beside it, whose name begins with that of the file and ends in {@code
   * .part}; it is removed on failure, and left behind only by a process that is killed. Where the
   * system knows of permissions, both are for the owner alone.
   *
   * <p>There is no limit on the whole; {@link CallSettings#timeout} is how long the server may stay
   * silent, and silence is noticed within twice of it.
   *
   * @param file where to; its folder must exist
   * @param progress hears how far it has come
   * @throws IllegalArgumentException if {@code file} is a folder, or is in none
   * @throws java.io.UncheckedIOException if the file cannot be written
   * @throws EtcdException among others with {@link Code#MALFORMED_ANSWER} if what came is not what
   *     the server says it sent
   */
  Snapshot snapshot(Endpoint endpoint, Path file, SnapshotProgress progress);
}
