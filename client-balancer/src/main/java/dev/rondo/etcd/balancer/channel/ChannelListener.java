package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.EndpointStatus;
import java.util.List;

/** Hears from the balancer, on gRPC's synchronization context: must be quick and must not block. */
public interface ChannelListener {
  /** How all endpoints stand now, in the order in which they were given. */
  void onStatus(List<EndpointStatus> endpoints);

  /** An endpoint was connected or disconnected. */
  void onEvent(ConnectionEvent event);
}
