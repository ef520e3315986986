package dev.rondo.etcd.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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
    OptionalLong quota,
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

  ClusterPlan plan(Path folder) {
    return new ClusterPlan(
        folder,
        members,
        certificates.filter(any -> clientAuth).map(Certificates::ca),
        partitionable,
        heartbeat,
        electionTimeout,
        quota,
        flags);
  }
}
