package dev.rondo.etcd.companion.consensus.ratis;

import dev.rondo.etcd.companion.consensus.Consensus;
import dev.rondo.etcd.companion.consensus.MemberSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.LeaderElection;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.RetryCache;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' settings, as far as its own do not fit. */
final class RatisProperties {
  /** Enough for a new member to load what it was sent on a slow machine. */
  private static final Duration STAGING = Duration.ofSeconds(8);

  private static final SizeInBytes ENTRY = SizeInBytes.valueOf(Consensus.MAX_ENTRY_BYTES + 1024);

  private RatisProperties() {}

  static RaftProperties of(MemberSettings settings, boolean firstStart) {
    var properties = new RaftProperties();
    properties.set(RaftConfigKeys.Rpc.TYPE_KEY, LocalRpcType.class.getName());
    RaftServerConfigKeys.setStorageDir(properties, List.of(settings.directory().toFile()));
    RaftServerConfigKeys.setStagingTimeout(properties, time(STAGING));
    // A pause of the JVM stops all members alike: no reason to close one.
    RaftServerConfigKeys.setCloseThreshold(properties, time(Duration.ofDays(1)));
    // Requests are made once and with an id of their own: what Ratis keeps against repeats is of no
    // use.
    RetryCache.setExpiryTime(properties, time(Duration.ofSeconds(1)));
    setElections(properties, settings, firstStart);
    setLog(properties, settings);
    return properties;
  }

  private static void setElections(
      RaftProperties properties, MemberSettings settings, boolean firstStart) {
    var timings = settings.timings();
    Rpc.setTimeoutMin(properties, time(timings.electionMin()));
    Rpc.setTimeoutMax(properties, time(timings.electionMax()));
    // Only a new cluster has no leader that a member could disturb by its haste.
    boolean hasty = firstStart && !settings.joins();
    Rpc.setFirstElectionTimeoutMin(
        properties, time(hasty ? timings.firstElectionMin() : timings.electionMin()));
    Rpc.setFirstElectionTimeoutMax(
        properties, time(hasty ? timings.firstElectionMax() : timings.electionMax()));
    LeaderElection.setPreVote(properties, settings.preVote());
    // How long one that lost its majority leaves leadership to others. A pause of the JVM of that
    // length costs a leader its office, too.
    LeaderElection.setLeaderStepDownWaitTime(
        properties, time(timings.electionMax().multipliedBy(2)));
  }

  /** Written to files but not forced to disk: they need to outlive the member, not the machine. */
  private static void setLog(RaftProperties properties, MemberSettings settings) {
    Log.setUnsafeFlushEnabled(properties, true);
    Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("2MB"));
    Log.setPreallocatedSize(properties, SizeInBytes.valueOf("256KB"));
    Log.setSegmentCacheNumMax(properties, 2);
    Log.Appender.setBufferByteLimit(properties, ENTRY);
    // A message that takes long to be worked through would pass for silence.
    Log.Appender.setBufferElementLimit(properties, 256);
    Log.setWriteBufferSize(properties, SizeInBytes.valueOf(ENTRY.getSize() + 1024));
    Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf("1MB"));
    // News of a commit comes with the next message anyway, and is sent at once if there is none.
    Log.setLogMetadataEnabled(properties, false);
    Log.setPurgeUptoSnapshotIndex(properties, true);
    Log.setPurgeGap(properties, 1);
    Log.setPurgePreservationLogNum(properties, settings.keptEntries());
    Snapshot.setAutoTriggerEnabled(properties, true);
    Snapshot.setAutoTriggerThreshold(properties, settings.snapshotEntries());
    Snapshot.setTriggerWhenStopEnabled(properties, false);
  }

  private static TimeDuration time(Duration duration) {
    return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
