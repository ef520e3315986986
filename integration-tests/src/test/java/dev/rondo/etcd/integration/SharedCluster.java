package dev.rondo.etcd.integration;

import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster for all tests of a class, each of which leaves it healthy: made to be the argument of a
 * {@code @ParameterizedClass}, and closed by JUnit.
 */
record SharedCluster(EtcdBackend backend, EtcdCluster cluster) implements AutoCloseable {
  /** Returns one of three members for each etcd of this run. */
  static Stream<SharedCluster> ofThree() {
    return Lengths.backends().stream()
        .map(backend -> new SharedCluster(backend, backend.cluster().members(3).start()));
  }

  /** As {@link #ofThree}, with clients that come through bridges. */
  static Stream<SharedCluster> bridged() {
    return Lengths.backends().stream()
        .map(backend -> new SharedCluster(backend, backend.cluster().members(3).bridged().start()));
  }

  /** As {@link #ofThree}, with members that can be cut off from each other. */
  static Stream<SharedCluster> partitionable() {
    return Lengths.partitionable().stream()
        .map(
            backend ->
                new SharedCluster(backend, backend.cluster().members(3).partitionable().start()));
  }

  /** The members that are none of these. */
  List<EtcdMember> others(EtcdMember... members) {
    List<EtcdMember> left = List.of(members);
    return cluster.members().stream().filter(member -> !left.contains(member)).toList();
  }

  @Override
  public void close() {
    cluster.close();
  }

  @Override
  public String toString() {
    return backend.toString();
  }
}
