package dev.rondo.etcd.companion;

import dev.rondo.etcd.companion.consensus.Network;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The faults between members that are wanted, each for itself: a link that was dropped stays so
 * when a member at its end is paused and goes on again.
 */
final class Faults {
  private record Link(long from, long to) {
    boolean touches(long member) {
      return from == member || to == member;
    }

    boolean touchesAny(Set<Long> members) {
      return members.contains(from) || members.contains(to);
    }
  }

  private final Network<?> network;
  // All guarded by this.
  private final Set<Long> members = new HashSet<>();
  private final Set<Long> paused = new HashSet<>();
  private final Set<Long> isolated = new HashSet<>();
  private final Set<Link> dropped = new HashSet<>();
  private final Map<Link, Duration> delays = new HashMap<>();

  Faults(Network<?> network) {
    this.network = network;
  }

  /** A member that comes later is cut off from those that are. */
  synchronized void add(long member) {
    members.add(member);
    apply(member);
  }

  synchronized void pause(long member) {
    paused.add(member);
    apply(member);
  }

  synchronized void resume(long member) {
    paused.remove(member);
    apply(member);
  }

  synchronized void isolate(long member) {
    isolated.add(member);
    apply(member);
  }

  /** Ends everything that concerns a member's links, but not its pause. */
  synchronized void heal(long member) {
    isolated.remove(member);
    dropped.removeIf(link -> link.touches(member));
    delays.keySet().removeIf(link -> link.touches(member));
    apply(member);
  }

  synchronized void drop(long from, long to) {
    var link = new Link(from, to);
    dropped.add(link);
    apply(link);
  }

  synchronized void delay(long from, long to, Duration delay) {
    var link = new Link(from, to);
    delays.put(link, delay);
    apply(link);
  }

  synchronized void heal(long from, long to) {
    var link = new Link(from, to);
    dropped.remove(link);
    delays.remove(link);
    apply(link);
  }

  private void apply(long member) {
    for (long other : members) {
      if (other != member) {
        apply(new Link(member, other));
        apply(new Link(other, member));
      }
    }
  }

  private void apply(Link link) {
    if (dropped.contains(link) || link.touchesAny(paused) || link.touchesAny(isolated)) {
      network.cut(link.from, link.to);
      return;
    }
    network.heal(link.from, link.to);
    @Nullable Duration delay = delays.get(link);
    if (delay != null) {
      network.delay(link.from, link.to, delay, Duration.ZERO);
    }
  }
}
