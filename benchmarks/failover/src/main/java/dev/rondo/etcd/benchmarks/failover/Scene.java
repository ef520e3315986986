package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.EtcdBuilder;
import dev.rondo.etcd.api.MemberId;
import dev.rondo.etcd.balancer.Tls;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.Certificates;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Three members of etcd, and a client of ours that arranges and looks after them. */
final class Scene implements AutoCloseable {
  private static final int MEMBERS = 3;

  private final Optional<Certificates> certificates;
  private final EtcdCluster cluster;
  private final Map<EtcdMember, Long> ids = new LinkedHashMap<>();
  private final Etcd etcd;

  private Scene(Optional<Certificates> certificates, EtcdCluster cluster) {
    this.certificates = certificates;
    this.cluster = cluster;
    cluster.members().forEach(member -> ids.put(member, member.id()));
    EtcdBuilder builder = Etcd.builder().endpoints(cluster.endpoints());
    certificates.ifPresent(all -> builder.tls(Tls.builder().trust(all.ca()).build()));
    this.etcd = builder.build();
  }

  /** Starts what {@code row} needs; bridges only for what is done by them. */
  static Scene start(EtcdBackend backend, Row row) {
    Optional<Certificates> certificates =
        row.transport() == Transport.TLS ? Optional.of(Certificates.create()) : Optional.empty();
    var builder = backend.cluster().members(MEMBERS);
    certificates.ifPresent(builder::tls);
    if (row.fault() == Fault.BLACK_HOLE) {
      builder.bridged();
    }
    try {
      return new Scene(certificates, builder.start());
    } catch (RuntimeException e) {
      certificates.ifPresent(Certificates::close);
      throw e;
    }
  }

  List<String> endpoints() {
    return cluster.endpoints();
  }

  /** The certificate that clients are to trust, if members speak TLS. */
  Optional<Path> ca() {
    return certificates.map(Certificates::ca);
  }

  KvClient kv() {
    return etcd.kv();
  }

  /**
   * Returns the members to be hit in their order, with their ids.
   *
   * <p>One that is hit alone is among {@code candidates}; leadership is moved if it has to be.
   */
  Map<EtcdMember, Long> victims(Victim victim, Set<Long> candidates) {
    if (victim == Victim.EACH) {
      return ids;
    }
    EtcdMember chosen =
        cluster.members().stream()
            .filter(member -> candidates.contains(idOf(member)))
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("no member is used by all clients at once"));
    EtcdMember leader = cluster.awaitLeader();
    if (victim == Victim.LEADER && chosen != leader) {
      lead(chosen);
    } else if (victim == Victim.FOLLOWER && chosen == leader) {
      lead(cluster.members().stream().filter(member -> member != chosen).findFirst().orElseThrow());
    }
    return Map.of(chosen, idOf(chosen));
  }

  private long idOf(EtcdMember member) {
    Long id = ids.get(member);
    if (id == null) {
      throw new IllegalArgumentException(member + " is not of this scene");
    }
    return id;
  }

  private void lead(EtcdMember next) {
    etcd.maintenance().moveLeader(MemberId.of(idOf(next)));
    cluster.awaitHealthy(Duration.ofSeconds(10)); // all agree on who leads
    if (cluster.leader() != next) {
      throw new IllegalStateException(next + " was made leader, but does not lead");
    }
  }

  @Override
  public void close() {
    try {
      etcd.close();
      cluster.close();
    } finally {
      certificates.ifPresent(Certificates::close);
    }
  }
}
