package dev.rondo.etcd.testing;

import dev.rondo.etcd.testing.TcpBridge.Direction;
import java.time.Duration;

/**
 * What one member sends to another.
 *
 * <p>Members send over connections that either of them may have opened, so a link treats its share
 * of both: {@link #drop} and {@link #delay} concern only what travels from the first member to the
 * second. {@link #cut} cannot be one-sided in the same way: it refuses the connections that the
 * first opens to the second, and messages may still pass over those opened the other way round.
 */
public final class PeerLink {
  private final TcpBridge opened; // the connections that the sender opens
  private final TcpBridge answered; // those that the receiver opens

  PeerLink(TcpBridge opened, TcpBridge answered) {
    this.opened = opened;
    this.answered = answered;
  }

  /**
   * Resets the connections that the first member has opened to the second, and refuses new ones.
   */
  public void cut() {
    opened.refuse();
  }

  /**
   * Lets nothing arrive until healed, with the connections left open, as a network does that loses
   * packets.
   */
  public void drop() {
    opened.withhold(Direction.TO_TARGET);
    answered.withhold(Direction.TO_CLIENT);
  }

  /** Lets everything arrive this much later. */
  public void delay(Duration delay) {
    opened.delay(Direction.TO_TARGET, delay);
    answered.delay(Direction.TO_CLIENT, delay);
  }

  /** Ends all faults of this link; those of the opposite link stay. */
  public void heal() {
    opened.heal(Direction.TO_TARGET);
    answered.heal(Direction.TO_CLIENT);
    opened.accept();
  }
}
