package dev.rondo.etcd.testing;

import java.util.function.Function;

/** Members that share nothing but the network. */
record IndependentMembers(Function<MemberPlan, EtcdRunner> runners) implements ClusterRunner {
  @Override
  public EtcdRunner member(MemberPlan plan) {
    return runners.apply(plan);
  }

  @Override
  public boolean breaksLinks() {
    return false;
  }

  @Override
  public PeerLink link(EtcdRunner from, EtcdRunner to) {
    throw new IllegalStateException("start the cluster with partitionable() first");
  }

  @Override
  public void close() {}
}
