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
    if (!List.of(LAX_RECONFIGURATION).containsAll(plan.flags())) {
      throw new IllegalStateException(
          "the companion has no flag but " + LAX_RECONFIGURATION + ", were " + plan.flags());
    }
    return new CompanionRunner(plan);
  }

  @Override
  public String etcdctl(List<String> arguments, List<Path> files) {
    return Etcdctl.onPath().run(arguments);
  }
}
