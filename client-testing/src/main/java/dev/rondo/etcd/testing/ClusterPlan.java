package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What all members of a cluster have in common.
 *
 * @param folder where data and files go; its name is unlike that of any other cluster
 * @param members how many there are from the beginning
 * @param clientCa whose certificates clients must show; empty if they need not
 * @param quota how many bytes a member stores before it raises an alarm; empty for its default
 * @param flags further flags of etcd
 */
public record ClusterPlan(
    Path folder,
    int members,
    Optional<Path> clientCa,
    boolean partitionable,
    Duration heartbeat,
    Duration electionTimeout,
    OptionalLong quota,
    List<String> flags) {
  public ClusterPlan {
    flags = List.copyOf(flags);
  }
}
