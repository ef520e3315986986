package dev.rondo.etcd.benchmarks.companion;

import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.List;

/** A running cluster of one kind or the other. */
record Contender(List<String> endpoints, Runnable end) implements AutoCloseable {
  static Contender companion(int members) {
    CompanionCluster cluster = CompanionCluster.builder().members(members).start();
    return new Contender(cluster.endpoints(), cluster::close);
  }

  /** Etcd without waiting for the disk, as the companion does not wait for it either. */
  static Contender etcd(int members) {
    EtcdCluster cluster = etcd().cluster().members(members).flag("--unsafe-no-fsync").start();
    return new Contender(cluster.endpoints(), cluster::close);
  }

  private static EtcdBackend etcd() {
    List<EtcdBackend> real = EtcdBackend.real();
    EtcdBackend last = real.get(real.size() - 1); // the one that was named, if one was
    if (!last.version().isAtLeast(3, 5)) {
      throw new IllegalStateException("name an etcd 3.5 with -Detcd.bin=…, was " + last);
    }
    return last;
  }

  @Override
  public void close() {
    end.run();
  }
}
