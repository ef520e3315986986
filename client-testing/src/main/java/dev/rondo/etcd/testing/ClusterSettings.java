package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was asked of a cluster. */
record ClusterSettings(
    Launcher launcher,
    int members,
    Optional<Certificates> certificates,
    Map<Integer, CertificateFiles> memberCertificates,
    boolean clientAuth,
    boolean bridged,
    boolean partitionable,
    Duration heartbeat,
    Duration electionTimeout,
    List<String> flags) {
  ClusterSettings {
    memberCertificates = Map.copyOf(memberCertificates);
    flags = List.copyOf(flags);
  }

  String scheme() {
    return certificates.isPresent() ? "https" : "http";
  }

  /**
   * Returns the loopback address of a member: with TLS each has its own, under its own certificate.
   */
  String host(int index) {
    return certificates.isPresent() ? Certificates.memberAddress(index) : "127.0.0.1";
  }

  Optional<CertificateFiles> certificate(int index) {
    return certificates.map(
        all ->
            memberCertificates.containsKey(index)
                ? memberCertificates.get(index)
                : all.member(index));
  }

  /** Returns the files that etcd reads when it is this member. */
  List<Path> files(int index) {
    var files = new ArrayList<Path>();
    certificate(index).ifPresent(own -> files.addAll(List.of(own.certificate(), own.key())));
    certificates.ifPresent(all -> files.add(all.ca()));
    return files;
  }

  /** Returns the flags that do not depend on addresses. */
  List<String> flags(int index) {
    var all = new ArrayList<String>();
    all.add("--heartbeat-interval=" + heartbeat.toMillis());
    all.add("--election-timeout=" + electionTimeout.toMillis());
    all.add("--logger=zap");
    if (launcher.version().isAtLeast(3, 5)) {
      all.add("--unsafe-no-fsync");
    }
    certificate(index)
        .ifPresent(
            own -> {
              all.add("--cert-file=" + own.certificate());
              all.add("--key-file=" + own.key());
            });
    if (clientAuth) {
      all.add("--client-cert-auth");
      all.add("--trusted-ca-file=" + certificates.orElseThrow().ca());
    }
    all.addAll(flags);
    return all;
  }
}
