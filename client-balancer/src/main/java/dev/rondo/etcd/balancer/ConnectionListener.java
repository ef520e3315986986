package dev.rondo.etcd.balancer;

/** Hears what happens to a connection, for metrics and logs. */
@FunctionalInterface
public interface ConnectionListener {
  /**
   * Called for each event, one at a time and in order, on the connection's executor and never on a
   * thread that does its I/O. What it throws is logged and goes no further.
   */
  void onEvent(ConnectionEvent event);
}
