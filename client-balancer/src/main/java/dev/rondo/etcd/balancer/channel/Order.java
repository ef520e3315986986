package dev.rondo.etcd.balancer.channel;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Chooses among lines that will all do. Called on any thread. */
@FunctionalInterface
interface Order {
  /** Returns one of {@code lines}, of which there is at least one. */
  Line choose(Line[] lines);

  /** Each in turn. The cursor outlives the rings, so that a change does not favour the first. */
  static Order inTurn() {
    AtomicInteger cursor = new AtomicInteger();
    return lines -> lines[Math.floorMod(cursor.getAndIncrement(), lines.length)];
  }

  /** The one with fewer attempts on it, of two drawn by chance. */
  static Order leastBusyOfTwo() {
    return lines -> {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      int one = random.nextInt(lines.length);
      int other = (one + 1 + random.nextInt(Math.max(1, lines.length - 1))) % lines.length;
      return lines[one].inFlight() <= lines[other].inFlight() ? lines[one] : lines[other];
    };
  }
}
