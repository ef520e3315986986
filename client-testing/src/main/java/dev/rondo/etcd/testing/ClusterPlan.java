package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What all members of a cluster have in common.
 *
 * @param folder where data and files go; its name is unlike that of any other cluster
 * @param members how many there are from the beginning
 * @param clientCa whose certificates clients must show; empty if they need not
 * @param flags further flags of etcd
 */
public record ClusterPlan(
    Path folder,
    int members,
    Optional<Path> clientCa,
    boolean partitionable,
    Duration heartbeat,
    Duration electionTimeout,
    List<String> flags) {
  public ClusterPlan {
    flags = List.copyOf(flags);
  }
}
