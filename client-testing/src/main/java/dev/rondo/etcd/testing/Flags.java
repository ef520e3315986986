package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a real etcd, but for its data folder. */
final class Flags {
  private Flags() {}

  static List<String> of(EtcdVersion version, ClusterPlan cluster, MemberPlan member) {
    var flags = new ArrayList<String>();
    flags.add("--name=" + member.name());
    flags.add("--listen-client-urls=" + member.clientUrl());
    flags.add("--advertise-client-urls=" + member.advertisedUrl());
    flags.add("--listen-peer-urls=" + member.peerUrl());
    flags.add("--initial-advertise-peer-urls=" + member.peerUrl());
    flags.add("--initial-cluster=" + member.initialCluster());
    flags.add("--initial-cluster-state=" + (member.isJoining() ? "existing" : "new"));
    flags.add("--initial-cluster-token=" + cluster.folder().getFileName());
    flags.add("--heartbeat-interval=" + cluster.heartbeat().toMillis());
    flags.add("--election-timeout=" + cluster.electionTimeout().toMillis());
    flags.add("--logger=zap");
    if (version.isAtLeast(3, 5)) {
      flags.add("--unsafe-no-fsync");
    }
    member
        .certificate()
        .ifPresent(
            own -> {
              flags.add("--cert-file=" + own.certificate());
              flags.add("--key-file=" + own.key());
            });
    cluster
        .clientCa()
        .ifPresent(
            ca -> {
              flags.add("--client-cert-auth");
              flags.add("--trusted-ca-file=" + ca);
            });
    cluster.quota().ifPresent(bytes -> flags.add("--quota-backend-bytes=" + bytes));
    flags.addAll(cluster.flags());
    return flags;
  }

  /** Returns the files that the flags name. */
  static List<Path> files(ClusterPlan cluster, MemberPlan member) {
    var files = new ArrayList<Path>();
    member.certificate().ifPresent(own -> files.addAll(List.of(own.certificate(), own.key())));
    cluster.clientCa().ifPresent(files::add);
    return files;
  }
}
