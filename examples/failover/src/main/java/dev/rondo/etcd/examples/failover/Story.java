package dev.rondo.etcd.examples.failover;

import dev.rondo.etcd.balancer.ConnectionEvent;
import dev.rondo.etcd.balancer.ConnectionEvent.Connected;
import dev.rondo.etcd.balancer.ConnectionEvent.Disconnected;
import java.util.Locale;

/** Prints what happens as it happens, each line with the seconds since the beginning. */
final class Story {
  private final long began = System.nanoTime();

  void tell(String line) {
    System.out.printf(Locale.ROOT, "%6.3f s  %s%n", (System.nanoTime() - began) / 1e9, line);
  }

  /** Tells how the connection fares; calls that rotate are too many to tell of each. */
  void tell(ConnectionEvent event) {
    if (event instanceof Connected connected) {
      tell("  client: connected to " + connected.endpoint());
    } else if (event instanceof Disconnected lost) {
      tell("  client: lost " + lost.endpoint() + ": " + lost.failure().reason());
    }
  }
}
