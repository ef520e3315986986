package dev.rondo.etcd.companion.watch;

import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.companion.storage.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The lagging watchers of one stream. They share each look into the history, as it begins where the
 * last of them stands. For the turn of the stream only.
 */
final class Lagging {
  /** As many revisions as etcd puts into one response at most. */
  private static final int CHANGES_PER_LOOK = 1000;

  /** Where a thousand watchers miss a thousand changes, the client could not take all at once. */
  private static final int MISSED_PER_LOOK = 10_000;

  private final Store store;
  private final WatcherIndex watchers = new WatcherIndex();

  Lagging(Store store) {
    this.store = store;
  }

  /** Returns whether it did not lag before. */
  boolean add(Watcher watcher) {
    return watchers.add(watcher);
  }

  void remove(Watcher watcher) {
    watchers.remove(watcher);
  }

  boolean contains(Watcher watcher) {
    return watchers.contains(watcher);
  }

  boolean isEmpty() {
    return watchers.isEmpty();
  }

  /** Those who want a revision that was compacted. */
  List<Watcher> overtaken() {
    long floor = store.compactRevision();
    return watchers.all().stream().filter(watcher -> watcher.next < floor).toList();
  }

  /** Those for whom the store has no more history. */
  List<Watcher> caughtUp() {
    long revision = store.revision();
    return watchers.all().stream().filter(watcher -> watcher.next > revision).toList();
  }

  /**
   * Reads a piece of history. Whoever misses nothing in it moves behind it; the others are
   * returned, in the order of what they miss, and stay where they are.
   *
   * @throws dev.rondo.etcd.companion.error.EtcdErrorException COMPACTED if somebody is overtaken
   */
  Look look() {
    long from = watchers.all().stream().mapToLong(watcher -> watcher.next).min().orElseThrow();
    if (from > store.revision()) {
      return new Look(Map.of(), from - 1);
    }
    var look = look(store.history(from, CHANGES_PER_LOOK));
    for (var watcher : watchers.all()) {
      if (!look.missed().containsKey(watcher)) {
        watcher.next = Math.max(watcher.next, look.through() + 1);
      }
    }
    return look;
  }

  private Look look(Store.History history) {
    var missed = new LinkedHashMap<Watcher, List<Change>>();
    int count = 0;
    for (var commit : history.commits()) {
      for (var change : commit.changes()) {
        count += add(change, missed);
      }
      if (count >= MISSED_PER_LOOK) {
        return new Look(missed, commit.revision());
      }
    }
    return new Look(missed, history.through());
  }

  /** Returns how many missed it. */
  private int add(Change change, Map<Watcher, List<Change>> missed) {
    var found = new ArrayList<Watcher>();
    watchers.forEach(change.keyValue().getKey(), found::add);
    found.removeIf(watcher -> change.revision() < watcher.next || !watcher.wants(change));
    found.forEach(
        watcher -> missed.computeIfAbsent(watcher, first -> new ArrayList<>()).add(change));
    return found.size();
  }

  /** What was missed in the revisions up to {@code through}. */
  record Look(Map<Watcher, List<Change>> missed, long through) {}
}
