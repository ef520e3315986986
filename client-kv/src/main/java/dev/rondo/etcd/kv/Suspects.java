package dev.rondo.etcd.kv;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Singles out the watch whose next message is larger than the client takes. Such a message ends the
 * whole stream, and does not say whose it was. So the watches of that stream go on over two others,
 * half of them over each, and so on until the one is alone. Touched by the watcher's tasks only.
 */
final class Suspects {
  /**
   * How often in a row a watch must be alone with it, at the same revision. Once may be bad luck:
   * what etcd has for a watch before it has answered its creation comes in one piece, whatever was
   * said of fragments.
   */
  private static final int TIMES = 3;

  /** Those who share a stream with each other and with nobody else. */
  static final class Party {}

  private record Suspicion(Party party, long next, int times) {}

  private final Map<WatchedRange, Suspicion> suspicions = new HashMap<>();

  /** The party of a watch; null if it is under no suspicion. */
  @Nullable Party party(WatchedRange watch) {
    Suspicion suspicion = suspicions.get(watch);
    return suspicion == null ? null : suspicion.party();
  }

  /** A stream that had these watches ended for a message to one of them. */
  void add(List<WatchedRange> watches) {
    if (watches.size() == 1) {
      WatchedRange alone = watches.get(0);
      suspicions.put(alone, new Suspicion(new Party(), alone.next(), timesAlone(alone) + 1));
      return;
    }
    int half = watches.size() / 2;
    addParty(watches.subList(0, half));
    addParty(watches.subList(half, watches.size()));
  }

  private void addParty(List<WatchedRange> watches) {
    Party party = new Party();
    watches.forEach(watch -> suspicions.put(watch, new Suspicion(party, watch.next(), 0)));
  }

  private int timesAlone(WatchedRange watch) {
    Suspicion suspicion = suspicions.get(watch);
    return suspicion == null || suspicion.next() != watch.next() ? 0 : suspicion.times();
  }

  /** Whether it is this one's next message. */
  boolean isFound(WatchedRange watch) {
    return timesAlone(watch) >= TIMES;
  }

  /** Nothing was too large for a while. */
  void clear(Party party) {
    suspicions.values().removeIf(suspicion -> suspicion.party() == party);
  }

  /** The watch is over. */
  void forget(WatchedRange watch) {
    suspicions.remove(watch);
  }
}
