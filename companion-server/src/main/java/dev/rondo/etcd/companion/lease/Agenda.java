package dev.rondo.etcd.companion.lease;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Countdowns by the time at which to look at them next, each there at most once. Not safe for use
 * by many threads.
 */
final class Agenda {
  /** When to look at which countdown. */
  record Entry(long time, Countdown countdown) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(id(), other.id());
    }

    private long id() {
      return countdown.lease().id();
    }
  }

  private final TreeSet<Entry> entries = new TreeSet<>();
  private final Map<Countdown, Entry> byCountdown = new HashMap<>();

  /** Enters a countdown, or moves it to another time. */
  void put(Countdown countdown, long time) {
    remove(countdown);
    var entry = new Entry(time, countdown);
    entries.add(entry);
    byCountdown.put(countdown, entry);
  }

  void remove(Countdown countdown) {
    var entry = byCountdown.remove(countdown);
    if (entry != null) {
      entries.remove(entry);
    }
  }

  /** Takes out the first entry whose time has come; null if none has. */
  @Nullable Entry takeDue(long now) {
    if (entries.isEmpty() || entries.first().time > now) {
      return null;
    }
    var first = entries.first();
    remove(first.countdown);
    return first;
  }
}
