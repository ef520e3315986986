package dev.rondo.etcd.integration;

import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.testing.ClusterPlan;
import dev.rondo.etcd.testing.ClusterRunner;
import dev.rondo.etcd.testing.EtcdVersion;
import dev.rondo.etcd.testing.Etcdctl;
import dev.rondo.etcd.testing.Launcher;
import java.nio.file.Path;
import java.util.List;

/** Runs the companion server, in the JVM of the tests. */
public final class CompanionLauncher implements Launcher {
  static final String LAX_RECONFIGURATION = "--strict-reconfig-check=false";
  static final String PROGRESS_INTERVAL = "--experimental-watch-progress-notify-interval=";
  static final String SNAPSHOT_COUNT = "--snapshot-count=";

  @Override
  public String kind() {
    return "companion";
  }

  @Override
  public EtcdVersion version() {
    return EtcdVersion.parse("etcd Version: " + CompanionCluster.ETCD_VERSION);
  }

  @Override
  public ClusterRunner cluster(ClusterPlan plan) {
    if (!plan.flags().stream().allMatch(CompanionLauncher::isKnown)) {
      throw new IllegalStateException(
          "the companion has no flags but "
              + List.of(LAX_RECONFIGURATION, PROGRESS_INTERVAL, SNAPSHOT_COUNT)
              + ", were "
              + plan.flags());
    }
    return new CompanionRunner(plan);
  }

  private static boolean isKnown(String flag) {
    return flag.equals(LAX_RECONFIGURATION)
        || flag.startsWith(PROGRESS_INTERVAL)
        || flag.startsWith(SNAPSHOT_COUNT);
  }

  @Override
  public String etcdctl(List<String> arguments, List<Path> files) {
    return Etcdctl.onPath().run(arguments);
  }
}
