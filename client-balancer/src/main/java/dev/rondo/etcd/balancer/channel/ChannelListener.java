package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.ConnectionEvent;

/** Hears from the balancer, on gRPC's synchronization context: must be quick and must not block. */
public interface ChannelListener {
  /** An endpoint stands otherwise than before, or the list has changed. */
  void onChange();

  /** Something happened that users may want to hear of. */
  void onEvent(ConnectionEvent event);
}
