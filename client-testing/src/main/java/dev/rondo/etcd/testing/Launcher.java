package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.util.List;

/**
 * A way to run an etcd and its tools. Those that {@link java.util.ServiceLoader} finds are back
 * ends of every run; see {@link EtcdBackend#all}.
 */
public interface Launcher {
  /** Returns what runs, such as {@code etcd}; the version is named beside it. */
  String kind();

  /** Returns the version that the members report. */
  EtcdVersion version();

  /** Prepares a cluster; nothing runs before its members are started. */
  ClusterRunner cluster(ClusterPlan plan);

  /**
   * Runs {@code etcdctl}, which reads these files, and returns what it prints.
   *
   * @throws IllegalStateException if it fails, with what it complained about
   */
  String etcdctl(List<String> arguments, List<Path> files);
}
