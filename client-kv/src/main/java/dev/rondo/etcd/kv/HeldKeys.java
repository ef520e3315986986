package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a cache holds, and the listeners that follow it. It goes from one snapshot to a newer one
 * and never back: what is older than what it holds is passed over. Readers take the newest snapshot
 * and no lock. Safe for use by many threads.
 */
final class HeldKeys {
  private final ReentrantLock lock = new ReentrantLock();
  private List<CacheTeller> tellers = List.of(); // guarded by lock
  private boolean isOver; // guarded by lock
  private volatile @Nullable CacheSnapshot now; // written under the lock

  /** The newest snapshot; null before there is one, and when it is over. */
  @Nullable CacheSnapshot now() {
    return now;
  }

  /** The revision of the newest snapshot, or none. */
  Revision revision() {
    CacheSnapshot held = now;
    return held == null ? Revision.NONE : held.revision();
  }

  /** Takes over what the whole range holds, and says whether it did: not if that is older. */
  boolean load(CacheSnapshot loaded) {
    List<CacheTeller> told = List.of();
    lock.lock();
    try {
      CacheSnapshot before = now;
      if (isOver || loaded.revision().compareTo(revision()) < 0) {
        return false;
      }
      now = loaded;
      if (before != null) {
        told = offer(before, loaded, loaded.keys().since(before.keys(), loaded.revision()), true);
      }
    } finally {
      lock.unlock();
    }
    told.forEach(CacheTeller::wake);
    return true;
  }

  /** Takes over the changes of whole revisions that follow what is held. */
  void apply(List<WatchEvent> events) {
    List<CacheTeller> told;
    lock.lock();
    try {
      CacheSnapshot before = now;
      Revision last = events.get(events.size() - 1).revision();
      if (before == null || last.compareTo(before.revision()) <= 0) {
        return;
      }
      var edits = new TreeMap<Bytes, Optional<KeyValue>>();
      List<CacheChange> changes = new ArrayList<>(events.size());
      for (WatchEvent event : events) {
        if (event.revision().compareTo(before.revision()) > 0) {
          edit(event, before, edits, changes);
        }
      }
      CacheSnapshot after = new CacheSnapshot(before.keys().with(edits), last);
      now = after;
      told = offer(before, after, changes, false);
    } finally {
      lock.unlock();
    }
    told.forEach(CacheTeller::wake);
  }

  private static void edit(
      WatchEvent event,
      CacheSnapshot before,
      SortedMap<Bytes, Optional<KeyValue>> edits,
      List<CacheChange> changes) {
    if (event instanceof WatchEvent.Put put) {
      Bytes key = put.kv().key();
      changes.add(new CacheChange.Put(put.kv(), current(key, before, edits)));
      edits.put(key, Optional.of(put.kv()));
    } else if (event instanceof WatchEvent.Delete delete) {
      Optional<KeyValue> prevKv = current(delete.key(), before, edits);
      if (prevKv.isPresent()) {
        changes.add(new CacheChange.Delete(prevKv.get(), delete.revision()));
        edits.put(delete.key(), Optional.empty());
      }
    }
  }

  private static Optional<KeyValue> current(
      Bytes key, CacheSnapshot before, SortedMap<Bytes, Optional<KeyValue>> edits) {
    Optional<KeyValue> edited = edits.get(key);
    return edited == null ? before.get(key) : edited;
  }

  /** Returns those that have something to tell now, which they may not do under the lock. */
  private List<CacheTeller> offer(
      CacheSnapshot before, CacheSnapshot after, List<CacheChange> changes, boolean isDifference) {
    if (changes.isEmpty()) {
      return List.of();
    }
    var batch = new CacheBatch(after.revision(), changes, isDifference);
    tellers.forEach(teller -> teller.offer(before, batch));
    return tellers;
  }

  /** There are no changes up to {@code revision}. */
  void advance(Revision revision) {
    lock.lock();
    try {
      CacheSnapshot held = now;
      if (held != null && revision.compareTo(held.revision()) > 0) {
        now = held.at(revision);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What was held at {@code before} was the same at {@code revision}. */
  void advance(CacheSnapshot before, Revision revision) {
    lock.lock();
    try {
      CacheSnapshot held = now;
      if (held != null && held.keys() == before.keys()) {
        advance(revision);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Adds a listener; null if it is over. */
  @Nullable CacheTeller listen(CacheListener listener, Executor executor) {
    CacheTeller teller;
    lock.lock();
    try {
      CacheSnapshot held = now;
      if (held == null) {
        return null;
      }
      teller = new CacheTeller(this, listener, executor, held);
      List<CacheTeller> more = new ArrayList<>(tellers);
      more.add(teller);
      tellers = List.copyOf(more);
    } finally {
      lock.unlock();
    }
    teller.wake();
    return teller;
  }

  void forget(CacheTeller teller) {
    lock.lock();
    try {
      tellers = tellers.stream().filter(other -> other != teller).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of everything; listeners hear of the reason, or no more if there is none. */
  void end(@Nullable CacheEnd reason) {
    List<CacheTeller> last;
    lock.lock();
    try {
      isOver = true;
      now = null;
      last = tellers;
      tellers = List.of();
    } finally {
      lock.unlock();
    }
    for (CacheTeller teller : last) {
      if (reason == null) {
        teller.close();
      } else {
        teller.end(reason);
      }
    }
  }
}
