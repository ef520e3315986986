package dev.rondo.etcd.balancer.channel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Leads from a channel to its balancer, which gRPC makes. */
final class BalancerHandle {
  private volatile @Nullable EndpointBalancer balancer;

  void set(EndpointBalancer made) {
    balancer = made;
  }

  EndpointBalancer get() {
    return Objects.requireNonNull(balancer);
  }
}
