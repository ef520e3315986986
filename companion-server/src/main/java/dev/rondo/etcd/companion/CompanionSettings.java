package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.engine.EngineSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What was asked of a cluster as a whole. */
record CompanionSettings(
    Timings timings,
    @Nullable CompanionTls tls,
    long quota,
    Duration watchProgressInterval,
    Duration leaseCheckpointInterval,
    boolean preVote,
    boolean strictReconfiguration,
    int snapshotEntries) {
  static final long DEFAULT_QUOTA = EngineSettings.DEFAULT_QUOTA;
  static final Duration DEFAULT_PROGRESS_INTERVAL = Duration.ofMinutes(10);
  static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  /** Snapshots are cheap beside the log that they replace, and rare enough not to be felt. */
  static final int DEFAULT_SNAPSHOT_ENTRIES = 20_000;

  /** How many of the newest entries stay in the log, for members that lag a little. */
  int keptEntries() {
    return snapshotEntries / 4;
  }

  String scheme() {
    return tls == null ? "http" : "https";
  }
}
