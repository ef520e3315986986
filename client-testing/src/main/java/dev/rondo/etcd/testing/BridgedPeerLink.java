package dev.rondo.etcd.testing;

import dev.rondo.etcd.testing.TcpBridge.Direction;
import java.time.Duration;

/**
 * A link that leads through bridges.
 *
 * <p>Members send over connections that either of them may have opened, so a link treats its share
 * of both. {@link #cut} cannot be one-sided in the same way: it refuses the connections that the
 * first member opens to the second, and messages may still pass over those opened the other way
 * round.
 */
final class BridgedPeerLink implements PeerLink {
  private final TcpBridge opened; // the connections that the sender opens
  private final TcpBridge answered; // those that the receiver opens

  BridgedPeerLink(TcpBridge opened, TcpBridge answered) {
    this.opened = opened;
    this.answered = answered;
  }

  @Override
  public void cut() {
    opened.refuse();
  }

  @Override
  public void drop() {
    opened.withhold(Direction.TO_TARGET);
    answered.withhold(Direction.TO_CLIENT);
  }

  @Override
  public void delay(Duration delay) {
    opened.delay(Direction.TO_TARGET, delay);
    answered.delay(Direction.TO_CLIENT, delay);
  }

  @Override
  public void heal() {
    opened.heal(Direction.TO_TARGET);
    answered.heal(Direction.TO_CLIENT);
    opened.accept();
  }
}
