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
    boolean strictReconfiguration) {
  static final long DEFAULT_QUOTA = EngineSettings.DEFAULT_QUOTA;
  static final Duration DEFAULT_PROGRESS_INTERVAL = Duration.ofMinutes(10);
  static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  String scheme() {
    return tls == null ? "http" : "https";
  }
}
