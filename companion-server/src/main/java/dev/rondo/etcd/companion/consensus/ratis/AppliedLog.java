package dev.rondo.etcd.companion.consensus.ratis;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.rondo.etcd.companion.consensus.StateMachine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;

/**
 * Hands the committed log to our state machine. Ratis counts entries from 0, we from 1 as etcd
 * does.
 */
final class AppliedLog extends BaseStateMachine {
  private final StateMachine machine;
  private final Runnable leadershipChanged;
  private final SnapshotFiles files = new SnapshotFiles();
  private final SnapshotTaker snapshots;

  /**
   * @param leadershipChanged hears that it may have changed, on any thread and under Ratis' locks
   * @param logBefore drops the log up to an index that a snapshot covers
   */
  AppliedLog(
      String name, StateMachine machine, Runnable leadershipChanged, LongConsumer logBefore) {
    this.machine = machine;
    this.leadershipChanged = leadershipChanged;
    snapshots = new SnapshotTaker(name + "-snapshot", files, logBefore);
  }

  static long ours(long index) {
    return index + 1;
  }

  long appliedIndex() {
    return ours(getLastAppliedTermIndex().getIndex());
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage)
      throws IOException {
    super.initialize(server, group, storage);
    files.init(storage);
    getLifeCycle().transition(LifeCycle.State.STARTING);
    load();
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  /** A snapshot of the leader is about to take the place of ours. Under Ratis' lock. */
  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    snapshots.discard();
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  @Override
  public void reinitialize() throws IOException {
    getLifeCycle().transition(LifeCycle.State.STARTING);
    files.look();
    load();
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private void load() throws IOException {
    var snapshot = files.getLatestSnapshot();
    if (snapshot == null) {
      return;
    }
    var last = snapshot.getTermIndex();
    try (var in = new BufferedInputStream(Files.newInputStream(snapshot.getFile().getPath()))) {
      machine.load(ours(last.getIndex()), last.getTerm(), in);
    }
    setLastAppliedTermIndex(last);
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    return super.startTransaction(request).setStateMachineContext(request.getMessage());
  }

  @Override
  public TransactionContext preAppendTransaction(TransactionContext context) {
    if (context.getStateMachineContext() instanceof Proposal proposal) {
      proposal.appended();
    }
    return context;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    var entry = Objects.requireNonNull(context.getLogEntry());
    var data = entry.getStateMachineLogEntry().getLogData();
    apply(entry.getTerm(), entry.getIndex(), UnsafeByteOperations.unsafeWrap(data.toByteArray()));
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  /** An entry of Ratis' own. */
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    apply(term, index, ByteString.EMPTY);
  }

  private void apply(long term, long index, ByteString entry) {
    machine.apply(ours(index), term, entry);
    updateLastAppliedTermIndex(term, index);
  }

  @Override
  public long takeSnapshot() {
    var finished = snapshots.takeFinished();
    if (finished.isPresent()) {
      return finished.getAsLong();
    }
    if (!snapshots.isBusy()) {
      snapshots.start(getLastAppliedTermIndex(), machine.prepare());
    }
    return RaftLog.INVALID_LOG_INDEX;
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return files;
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
    leadershipChanged.run();
  }

  @Override
  public void notifyLeaderReady() {
    leadershipChanged.run();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    leadershipChanged.run();
  }

  /** The snapshots, to be ended with the member. */
  SnapshotTaker snapshots() {
    return snapshots;
  }
}
