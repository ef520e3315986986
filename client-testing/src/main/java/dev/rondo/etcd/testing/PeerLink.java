package dev.rondo.etcd.testing;

import java.time.Duration;

/** What one member sends to another. The opposite direction is a link of its own. */
public interface PeerLink {
  /** Refuses what is sent, at once, as a network does without a route. */
  void cut();

  /** Lets nothing arrive until healed, as a network does that loses packets. */
  void drop();

  /** Lets everything arrive this much later. */
  void delay(Duration delay);

  /** Ends all faults of this link; those of the opposite link stay. */
  void heal();
}
