package dev.rondo.etcd.companion.watch;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Watchers, to be found by a key that they watch. Not thread safe. */
final class WatcherIndex {
  private final Set<Watcher> all = new LinkedHashSet<>();
  private final Map<ByteString, Set<Watcher>> singles = new HashMap<>();
  private final RangeTree ranges = new RangeTree();

  /** Returns whether it was not there before. */
  boolean add(Watcher watcher) {
    if (!all.add(watcher)) {
      return false;
    }
    if (watcher.keys().isSingle()) {
      singles.computeIfAbsent(watcher.keys().key(), key -> new LinkedHashSet<>()).add(watcher);
    } else {
      ranges.add(watcher);
    }
    return true;
  }

  /** Returns whether it was there. */
  boolean remove(Watcher watcher) {
    if (!all.remove(watcher)) {
      return false;
    }
    if (watcher.keys().isSingle()) {
      singles.computeIfPresent(
          watcher.keys().key(),
          (key, watchers) -> watchers.remove(watcher) && watchers.isEmpty() ? null : watchers);
    } else {
      ranges.remove(watcher);
    }
    return true;
  }

  boolean contains(Watcher watcher) {
    return all.contains(watcher);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** A view of all, in the order in which they were added. */
  Collection<Watcher> all() {
    return Collections.unmodifiableSet(all);
  }

  /** The action must not change this index. */
  void forEach(ByteString key, Consumer<Watcher> action) {
    singles.getOrDefault(key, Set.of()).forEach(action);
    ranges.forEach(key, action);
  }
}
