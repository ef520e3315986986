package dev.rondo.etcd.testing;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one member has to know before it is started.
 *
 * @param clientUrl where it listens for clients
 * @param advertisedUrl where clients are told to find it
 * @param peerUrl where it listens for other members
 * @param certificate what it shows to clients, if they come by TLS
 * @param initialCluster all members at its first start, as etcd's flag wants them
 * @param isJoining whether it was added to a cluster that runs
 * @param log the file that its output goes to
 * @param namespace the network namespace to run in
 */
public record MemberPlan(
    String name,
    URI clientUrl,
    String advertisedUrl,
    URI peerUrl,
    Optional<CertificateFiles> certificate,
    String initialCluster,
    boolean isJoining,
    Path log,
    Optional<String> namespace) {
  InetSocketAddress peerAddress() {
    return new InetSocketAddress(peerUrl.getHost(), peerUrl.getPort());
  }
}
