package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.CallSettings;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.Endpoint;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What {@link MaintenanceClient} does, without blocking. Safe for use by many threads.
 *
 * <p>Arguments are checked before a method returns. A future fails with what the blocking method
 * throws, completes on the connection's executor, and cancels the call on the wire when it is
 * cancelled.
 */
public interface AsyncMaintenanceClient {
  /** Returns this client with other settings for its calls. */
  AsyncMaintenanceClient with(Consumer<CallSettings.Builder> changes);

  /** See {@link MaintenanceClient#status(Endpoint)}. */
  CompletableFuture<MemberStatus> status(Endpoint endpoint);

  /** See {@link MaintenanceClient#status(String)}. */
  default CompletableFuture<MemberStatus> status(String endpoint) {
    return status(Endpoint.parse(endpoint));
  }

  /** See {@link MaintenanceClient#alarms}. */
  CompletableFuture<AlarmList> alarms();

  /** See {@link MaintenanceClient#disarm}. */
  CompletableFuture<AlarmList> disarm(Alarm alarm);

  /** See {@link MaintenanceClient#disarmAll}. */
  CompletableFuture<AlarmList> disarmAll();

  /** See {@link MaintenanceClient#defragment(Endpoint)}. */
  CompletableFuture<Void> defragment(Endpoint endpoint);

  /** See {@link MaintenanceClient#defragment(String)}. */
  default CompletableFuture<Void> defragment(String endpoint) {
    return defragment(Endpoint.parse(endpoint));
  }

  /** See {@link MaintenanceClient#hashKv(Endpoint, Revision)}. */
  CompletableFuture<KeyValueHash> hashKv(Endpoint endpoint, Revision revision);

  /** See {@link MaintenanceClient#hashKv(String, Revision)}. */
  default CompletableFuture<KeyValueHash> hashKv(String endpoint, Revision revision) {
    return hashKv(Endpoint.parse(endpoint), revision);
  }

  /** See {@link MaintenanceClient#moveLeader}. */
  CompletableFuture<Void> moveLeader(MemberId target);

  /** See {@link MaintenanceClient#snapshot(Endpoint, Path)}. */
  default CompletableFuture<Snapshot> snapshot(Endpoint endpoint, Path file) {
    return snapshot(endpoint, file, (writtenBytes, remainingBytes) -> {});
  }

  /** See {@link MaintenanceClient#snapshot(String, Path)}. */
  default CompletableFuture<Snapshot> snapshot(String endpoint, Path file) {
    return snapshot(Endpoint.parse(endpoint), file);
  }

  /**
   * See {@link MaintenanceClient#snapshot(Endpoint, Path, SnapshotProgress)}. Cancelling the future
   * removes the unfinished file before it returns.
   */
  CompletableFuture<Snapshot> snapshot(Endpoint endpoint, Path file, SnapshotProgress progress);
}
