package dev.rondo.etcd.companion;

import java.time.Duration;

/**
 * What one member sends to another, answers included; the opposite direction is a link of its own.
 * Clients do not notice its faults but by what they do to the cluster.
 */
public interface CompanionLink {
  /** Loses all that is sent from now on, until healed. */
  void drop();

  /** Lets everything arrive this much later, until healed. */
  void delay(Duration delay);

  /** Ends the faults of this link. */
  void heal();
}
