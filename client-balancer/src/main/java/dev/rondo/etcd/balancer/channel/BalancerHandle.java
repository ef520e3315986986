package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leads from a channel to its balancer, which gRPC makes when there are endpoints for the first
 * time.
 */
final class BalancerHandle {
  private volatile @Nullable EndpointBalancer balancer;

  void set(EndpointBalancer made) {
    balancer = made;
  }

  List<EndpointStatus> statuses() {
    EndpointBalancer made = balancer;
    return made == null ? List.of() : made.statuses();
  }

  void term(long seen) {
    EndpointBalancer made = balancer;
    if (made != null) {
      made.term(seen);
    }
  }

  void refused(Endpoint endpoint, Code code) {
    EndpointBalancer made = balancer;
    if (made != null) {
      made.refused(endpoint, code);
    }
  }

  void renew() {
    EndpointBalancer made = balancer;
    if (made != null) {
      made.renew();
    }
  }
}
