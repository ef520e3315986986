package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a watch has and its consumer has not consumed yet, the batch included that it is at. The
 * watch's side brings batches and never waits; there is one consumer. Safe for use by many threads.
 */
final class WatchBuffer {
  /** Hears of the buffer, under no lock. */
  interface Owner {
    /** There is one batch more to take. */
    void available();

    /** Something did not fit, and now half of the buffer is free. */
    void roomy();
  }

  private static final class Entry {
    private final WatchBatch batch;
    private final int events; // 0 for a notice, which counts for nothing
    private final long bytes;
    private Revision upTo; // all changes up to here were consumed once this entry is

    Entry(WatchBatch batch, int events, long bytes, Revision upTo) {
      this.batch = batch;
      this.events = events;
      this.bytes = bytes;
      this.upTo = upTo;
    }

    boolean isNoticeOf(Class<? extends WatchEvent> type) {
      return type.isInstance(batch.events().get(0));
    }
  }

  private final int maxEvents;
  private final long maxBytes;
  private final Owner owner;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition(); // there is something to take, or the end

  // All guarded by lock.
  private final Deque<Entry> entries = new ArrayDeque<>();
  private boolean isTaken; // the first entry
  private int events;
  private long bytes;
  private boolean wantsRoom;
  private boolean isClosed;
  private @Nullable WatchEnd end;

  private volatile Revision consumed = Revision.NONE; // written under the lock

  WatchBuffer(WatchOptions options, Owner owner) {
    this.maxEvents = options.bufferEvents();
    this.maxBytes = options.bufferBytes();
    this.owner = owner;
  }

  /** Up to which revision all was consumed. */
  Revision consumed() {
    return consumed;
  }

  /** Why nothing follows what is in here. */
  Optional<WatchEnd> end() {
    lock.lock();
    try {
      return Optional.ofNullable(end);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what fits of {@code changes}, whole revisions only, and returns how many. Whatever its
   * size, one revision fits where nothing is.
   */
  int offer(List<? extends WatchEvent> changes) {
    int taken;
    lock.lock();
    try {
      if (isClosed) {
        return changes.size();
      }
      taken = add(changes);
      wantsRoom |= taken < changes.size();
    } finally {
      lock.unlock();
    }
    if (taken > 0) {
      owner.available();
    }
    return taken;
  }

  private int add(List<? extends WatchEvent> changes) {
    int taken = 0;
    long size = 0;
    for (int next = 0; next < changes.size(); ) {
      Revision revision = changes.get(next).revision();
      int after = next;
      long more = 0;
      while (after < changes.size() && changes.get(after).revision().equals(revision)) {
        more += size(changes.get(after));
        after++;
      }
      boolean isFirst = taken == 0 && entries.isEmpty();
      if (!isFirst && (events + after > maxEvents || bytes + size + more > maxBytes)) {
        break;
      }
      size += more;
      taken = after;
      next = after;
    }
    if (taken > 0) {
      List<? extends WatchEvent> fit = changes.subList(0, taken);
      put(new WatchBatch(List.copyOf(fit)), taken, size, fit.get(taken - 1).revision());
    }
    return taken;
  }

  /** Takes a part of a resync if it fits, and says whether. */
  boolean offer(WatchEvent.Resynced part) {
    long size = part.kvs().stream().mapToLong(WatchBuffer::size).sum();
    int count = Math.max(1, part.kvs().size());
    lock.lock();
    try {
      if (isClosed) {
        return true;
      }
      if (!entries.isEmpty() && (events + count > maxEvents || bytes + size > maxBytes)) {
        wantsRoom = true;
        return false;
      }
      put(new WatchBatch(List.of(part)), count, size, part.isLast() ? part.revision() : lastUpTo());
    } finally {
      lock.unlock();
    }
    owner.available();
    return true;
  }

  /** Takes a notice, which always fits. One of the same kind that still waits makes way for it. */
  void offerNotice(WatchEvent notice) {
    lock.lock();
    try {
      if (isClosed) {
        return;
      }
      Revision upTo = max(lastUpTo(), notice.revision());
      removeWaiting(notice.getClass());
      put(new WatchBatch(List.of(notice)), 0, 0, upTo);
    } finally {
      lock.unlock();
    }
    owner.available();
  }

  /** Removes a notice of this type if no changes came after it. */
  private void removeWaiting(Class<? extends WatchEvent> type) {
    int waiting = isTaken ? entries.size() - 1 : entries.size();
    Iterator<Entry> newest = entries.descendingIterator();
    for (; waiting > 0; waiting--) {
      Entry entry = newest.next();
      if (entry.events > 0) {
        return;
      }
      if (entry.isNoticeOf(type)) {
        newest.remove();
        return;
      }
    }
  }

  private void put(WatchBatch batch, int count, long size, Revision upTo) {
    entries.add(new Entry(batch, count, size, upTo));
    events += count;
    bytes += size;
    changed.signalAll();
  }

  /** All changes up to {@code revision} are in here or were consumed, if any. */
  void upTo(Revision revision) {
    lock.lock();
    try {
      Entry last = entries.peekLast();
      if (last == null) {
        consumed = max(consumed, revision);
      } else {
        last.upTo = max(last.upTo, revision);
      }
    } finally {
      lock.unlock();
    }
  }

  private Revision lastUpTo() {
    Entry last = entries.peekLast();
    return last == null ? consumed : last.upTo;
  }

  private static Revision max(Revision one, Revision other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Nothing follows. What is in here can still be taken. */
  void end(WatchEnd reason) {
    lock.lock();
    try {
      if (!isClosed && end == null) {
        end = reason;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drops all that waits, and takes nothing more. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      entries.clear();
      isTaken = false;
      events = 0;
      bytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next batch, which is to be {@link #release}d; null if there is none. */
  @Nullable WatchBatch take() {
    lock.lock();
    try {
      Entry first = entries.peekFirst();
      if (first == null || isTaken) {
        return null;
      }
      isTaken = true;
      return first.batch;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a batch and takes it; null if the time is over, or the buffer was closed or ended and
   * nothing follows.
   */
  @Nullable WatchBatch await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (entries.isEmpty() && !isClosed && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /** The batch that was taken is consumed. */
  void release() {
    boolean isRoomy;
    lock.lock();
    try {
      if (!isTaken) {
        return; // it was closed meanwhile
      }
      Entry done = entries.removeFirst();
      isTaken = false;
      events -= done.events;
      bytes -= done.bytes;
      consumed = max(consumed, done.upTo);
      isRoomy = wantsRoom && events <= maxEvents / 2 && bytes <= maxBytes / 2;
      wantsRoom &= !isRoomy;
    } finally {
      lock.unlock();
    }
    if (isRoomy) {
      owner.roomy();
    }
  }

  private static long size(WatchEvent event) {
    if (event instanceof WatchEvent.Put put) {
      return size(put.kv()) + put.prevKv().map(WatchBuffer::size).orElse(0L);
    }
    if (event instanceof WatchEvent.Delete delete) {
      return delete.key().size() + delete.prevKv().map(WatchBuffer::size).orElse(0L);
    }
    return 0;
  }

  private static long size(KeyValue kv) {
    return (long) kv.key().size() + kv.value().size();
  }
}
