package dev.rondo.etcd.companion.consensus.ratis;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.Timestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's thread that brings one other member up to date.
 *
 * <p>Ratis has such a sender for transports without streams, but a slow one: a follower hears of a
 * commit with the next entry or heartbeat only, heartbeats come twice in an election timeout, and a
 * signal that arrives just before the thread goes to sleep is lost. This one sends news of a commit
 * at once, keeps its own heartbeat and loses no signal.
 */
final class LogSender extends LogAppenderBase {
  private static final Logger LOG = LoggerFactory.getLogger(LogSender.class);
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 20;

  private final long heartbeatMillis;
  private final Semaphore signals = new Semaphore(0);
  private long sentCommit = RaftLog.INVALID_LOG_INDEX; // by the sender's thread only

  LogSender(
      RaftServer.Division division, LeaderState leader, FollowerInfo follower, Duration heartbeat) {
    super(division, leader, follower);
    heartbeatMillis = heartbeat.toMillis();
  }

  @Override
  public long getCallId() {
    return CallId.get();
  }

  @Override
  public Comparator<Long> getCallIdComparator() {
    return CallId.getComparator();
  }

  @Override
  public void notifyLogAppender() {
    if (signals.availablePermits() == 0) {
      signals.release();
    }
  }

  @Override
  public long getHeartbeatWaitTimeMs() {
    long sinceLast = getFollower().getLastRpcSendTime().elapsedTimeMs();
    return Math.min(super.getHeartbeatWaitTimeMs(), heartbeatMillis - sinceLast);
  }

  @Override
  public boolean shouldSendAppendEntries() {
    return super.shouldSendAppendEntries() || hasCommitNews();
  }

  private boolean hasCommitNews() {
    long known = Math.min(getRaftLog().getLastCommittedIndex(), getFollower().getMatchIndex());
    return known > sentCommit;
  }

  @Override
  public void run() throws InterruptedException, IOException {
    while (isRunning()) {
      signals.drainPermits(); // before looking: what is signalled from here on is looked at again
      if (shouldSendAppendEntries()) {
        sendWhatIsMissing();
      } else {
        sleep(getHeartbeatWaitTimeMs());
      }
    }
  }

  private void sleep(long millis) throws InterruptedException {
    var unused = signals.tryAcquire(Math.max(1, millis), TimeUnit.MILLISECONDS);
  }

  private void sendWhatIsMissing() throws InterruptedException, IOException {
    try {
      var snapshot = shouldInstallSnapshot();
      if (snapshot != null) {
        install(snapshot);
      } else {
        append();
      }
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      LOG.debug("{}: the follower does not answer", this, e);
      if (isRunning()) {
        Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
      }
    }
  }

  private void append() throws InterruptedException, IOException {
    var request = newAppendEntriesRequest(CallId.getAndIncrement(), !hasAppendEntries());
    if (request == null) {
      sleep(PAUSE_AFTER_FAILURE_MILLIS); // the log has been cut below: a snapshot comes
      return;
    }
    resetHeartbeatTrigger();
    var sent = Timestamp.currentTime();
    getFollower().updateLastRpcSendTime(request.getEntriesCount() == 0);
    var reply = getServerRpc().appendEntries(request);
    getFollower().updateLastRpcResponseTime();
    getFollower().updateLastRespondedAppendEntriesSendTime(sent);
    getLeaderState().onFollowerCommitIndex(getFollower(), reply.getFollowerCommit());
    answered(request, reply);
    getLeaderState().onAppendEntriesReply(this, reply);
  }

  private void answered(AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
    switch (reply.getResult()) {
      case SUCCESS -> {
        sentCommit = Math.max(sentCommit, request.getLeaderCommit());
        matched(request, reply);
      }
      case NOT_LEADER -> onFollowerTerm(reply.getTerm());
      case INCONSISTENCY -> {
        long first =
            request.getEntriesCount() == 0
                ? RaftLog.INVALID_LOG_INDEX
                : request.getEntries(0).getIndex();
        getFollower().setNextIndex(getNextIndexForInconsistency(first, reply.getNextIndex()));
      }
      default -> LOG.warn("{}: unknown answer {}", this, reply.getResult());
    }
  }

  /** A heartbeat proves no more than that the follower has the entry before the next one. */
  private void matched(AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
    long oldNext = getFollower().getNextIndex();
    long next = reply.getNextIndex();
    if (request.getEntriesCount() == 0) {
      next = request.hasPreviousLog() ? request.getPreviousLog().getIndex() + 1 : 0;
    }
    if (next > oldNext) {
      getFollower().updateMatchIndex(next - 1);
      getFollower().increaseNextIndex(next);
      getLeaderState().onFollowerSuccessAppendEntries(getFollower());
    }
  }

  private void install(SnapshotInfo snapshot) throws IOException {
    LOG.debug("{}: sends {}", this, snapshot);
    InstallSnapshotReplyProto reply = null;
    try {
      for (var request : newInstallSnapshotRequests(UUID.randomUUID().toString(), snapshot)) {
        getFollower().updateLastRpcSendTime(false);
        reply = getServerRpc().installSnapshot(request);
        getFollower().updateLastRpcResponseTime();
        if (!reply.getServerReply().getSuccess()) {
          break;
        }
      }
    } catch (IllegalStateException e) {
      throw new IOException("a newer snapshot has replaced the one that was being sent", e);
    }
    if (reply != null) {
      installed(snapshot, reply);
    }
  }

  private void installed(SnapshotInfo snapshot, InstallSnapshotReplyProto reply) {
    if (reply.getServerReply().getSuccess()) {
      getFollower().setSnapshotIndex(snapshot.getIndex());
    }
    switch (reply.getResult()) {
      case NOT_LEADER -> onFollowerTerm(reply.getTerm());
      case SUCCESS, ALREADY_INSTALLED, SNAPSHOT_UNAVAILABLE, SNAPSHOT_EXPIRED ->
          getFollower().setAttemptedToInstallSnapshot();
      default -> LOG.warn("{}: unknown answer {}", this, reply.getResult());
    }
  }
}
