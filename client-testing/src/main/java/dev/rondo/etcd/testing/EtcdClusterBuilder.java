package dev.rondo.etcd.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Says what a cluster should be like, and starts it. Made by {@link EtcdBackend#cluster}. */
public final class EtcdClusterBuilder {
  private static final int ATTEMPTS = 3;

  private final Launcher launcher;
  private int members = 1;
  private Optional<Certificates> certificates = Optional.empty();
  private final Map<Integer, CertificateFiles> memberCertificates = new HashMap<>();
  private boolean clientAuth;
  private boolean bridged;
  private boolean partitionable;
  private Duration heartbeat = Duration.ofMillis(100);
  private Duration electionTimeout = Duration.ofSeconds(1);
  private OptionalLong quota = OptionalLong.empty();
  private final List<String> flags = new ArrayList<>();

  EtcdClusterBuilder(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Sets the number of members, by default one. */
  public EtcdClusterBuilder members(int members) {
    if (members < 1 || members > 9) {
      throw new IllegalArgumentException("members must be 1 to 9, was " + members);
    }
    this.members = members;
    return this;
  }

  /**
   * Serves clients by TLS, each member under its own certificate: member 0 on 127.0.0.1, member 1
   * on 127.0.0.2 and so on. Members talk to each other without TLS.
   */
  public EtcdClusterBuilder tls(Certificates certificates) {
    this.certificates = Optional.of(certificates);
    return this;
  }

  /**
   * Gives one member another certificate than its own, such as one with a wrong name; needs {@link
   * #tls}.
   */
  public EtcdClusterBuilder certificate(int member, CertificateFiles certificate) {
    memberCertificates.put(member, certificate);
    return this;
  }

  /** Refuses clients without a certificate of the CA; needs {@link #tls}. */
  public EtcdClusterBuilder clientAuth() {
    this.clientAuth = true;
    return this;
  }

  /** Leads the clients of each member through a {@link TcpBridge}. */
  public EtcdClusterBuilder bridged() {
    this.bridged = true;
    return this;
  }

  /**
   * Lets the links between members fail, by {@link EtcdCluster#link} and {@link
   * EtcdMember#isolate}.
   *
   * <p>Each member then runs in a network namespace of its own, which needs Linux, root, and the
   * programs {@code ip} and {@code iptables}. Clients reach the members through bridges, as with
   * {@link #bridged}.
   */
  public EtcdClusterBuilder partitionable() {
    this.partitionable = true;
    return this;
  }

  /** Sets how many bytes a member stores before it raises an alarm, by default etcd's 2 GiB. */
  public EtcdClusterBuilder quota(long bytes) {
    this.quota = OptionalLong.of(bytes);
    return this;
  }

  /**
   * Adds a flag of etcd as it would stand on the command line, such as {@code
   * --strict-reconfig-check=false}.
   */
  public EtcdClusterBuilder flag(String flag) {
    flags.add(flag);
    return this;
  }

  /** Sets how often a leader makes itself heard, by default every 100 ms. */
  public EtcdClusterBuilder heartbeat(Duration heartbeat) {
    this.heartbeat = heartbeat;
    return this;
  }

  /** Sets how long followers wait for a leader before they elect another, by default 1 s. */
  public EtcdClusterBuilder electionTimeout(Duration electionTimeout) {
    this.electionTimeout = electionTimeout;
    return this;
  }

  /**
   * Starts the cluster, and returns once it is healthy.
   *
   * @throws IllegalStateException if it is not within 30 seconds; the logs are kept then, and the
   *     message says where
   */
  public EtcdCluster start() {
    if (certificates.isEmpty() && (clientAuth || !memberCertificates.isEmpty())) {
      throw new IllegalStateException("certificates need tls(...)");
    }
    var settings =
        new ClusterSettings(
            launcher,
            members,
            certificates,
            memberCertificates,
            clientAuth,
            bridged || partitionable,
            partitionable,
            heartbeat,
            electionTimeout,
            quota,
            flags);
    for (int attempt = 1; ; attempt++) {
      var cluster = new EtcdCluster(settings);
      try {
        cluster.start();
        return cluster;
      } catch (RuntimeException e) {
        // Somebody else may have taken a port between our look at it and the start of etcd.
        boolean again = attempt < ATTEMPTS && cluster.lacksPort();
        cluster.close(again);
        if (!again) {
          throw e;
        }
      }
    }
  }
}
