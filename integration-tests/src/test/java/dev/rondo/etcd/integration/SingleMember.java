package dev.rondo.etcd.integration;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A cluster of one member and a client of it, for all tests of a class: made to be the argument of
 * a {@code @ParameterizedClass}, and closed by JUnit.
 */
record SingleMember(EtcdBackend backend, EtcdCluster cluster, Etcd client)
    implements AutoCloseable {
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  /** Returns one for each etcd of this run, started when its turn comes. */
  static Stream<SingleMember> ofEach() {
    return EtcdBackend.all().stream().map(SingleMember::start);
  }

  private static SingleMember start(EtcdBackend backend) {
    EtcdCluster cluster = backend.cluster().start();
    Etcd client = Etcd.builder().endpoints(cluster.endpoints()).build();
    return new SingleMember(backend, cluster, client);
  }

  KvClient kv() {
    return client.kv();
  }

  LeaseClient leases() {
    return client.leases();
  }

  /** Returns a prefix that no other test uses. */
  String newPrefix() {
    return "test-" + PREFIXES.incrementAndGet() + "/";
  }

  @Override
  public void close() {
    client.close();
    cluster.close();
  }

  @Override
  public String toString() {
    return backend.toString();
  }
}
