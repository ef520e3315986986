package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.SerialTasks;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener of a cache what changes, at the listener's own pace. What waits for it is
 * bounded: beyond that it is behind, and hears of the difference once it has heard what waits.
 */
final class CacheTeller implements CacheSubscription {
  private static final Logger log = LoggerFactory.getLogger(CacheTeller.class);
  static final int MOST_CHANGES = 10_000;
  static final long MOST_BYTES = 16L << 20;

  private final HeldKeys held;
  private final CacheListener listener;
  private final SerialTasks callbacks;
  private final AtomicBoolean isWoken = new AtomicBoolean(); // and has not begun to tell
  private volatile boolean isClosed;
  private @Nullable CacheSnapshot start; // until it was told; touched by callbacks only

  private final ReentrantLock lock = new ReentrantLock(); // taken under that of the held keys
  private final Deque<CacheBatch> waiting = new ArrayDeque<>(); // guarded by lock
  private int changes; // of those that wait; guarded by lock
  private long bytes; // of those that wait; guarded by lock
  private Revision told; // by the newest batch that waits or was taken; guarded by lock
  private @Nullable CacheSnapshot behind; // what the listener knows after all that waits, or null

  CacheTeller(HeldKeys held, CacheListener listener, Executor executor, CacheSnapshot start) {
    this.held = held;
    this.listener = listener;
    this.callbacks = new SerialTasks(executor);
    this.start = start;
    this.told = start.revision();
  }

  /** Takes what leads from {@code before} to the newest snapshot; to be told when it is woken. */
  void offer(CacheSnapshot before, CacheBatch batch) {
    lock.lock();
    try {
      if (behind != null || batch.revision().compareTo(told) <= 0) {
        return; // it is in the difference
      }
      long size = batch.changes().stream().mapToLong(CacheTeller::size).sum();
      int count = batch.changes().size();
      if (changes > 0 && (changes + count > MOST_CHANGES || bytes + size > MOST_BYTES)) {
        behind = before;
      } else {
        waiting.add(batch);
        changes += count;
        bytes += size;
        told = batch.revision();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells all that waits. To be called after each batch, and under no lock. */
  void wake() {
    if (isWoken.compareAndSet(false, true)) {
      callbacks.execute(this::tellAll);
    }
  }

  private static long size(CacheChange change) {
    if (change instanceof CacheChange.Put put) {
      return SortedKeys.size(put.kv()) + put.prevKv().map(SortedKeys::size).orElse(0L);
    }
    return SortedKeys.size(((CacheChange.Delete) change).prevKv());
  }

  private void tellAll() {
    isWoken.set(false); // for what comes after the last look
    CacheSnapshot first = start;
    if (first != null) {
      start = null;
      call(() -> listener.onStart(first));
    }
    for (Optional<CacheBatch> next = next(); next.isPresent(); next = next()) {
      CacheBatch batch = next.get();
      call(() -> listener.onChange(batch));
    }
  }

  /** Takes the next batch that waits; the difference if none does. */
  private Optional<CacheBatch> next() {
    CacheSnapshot from;
    CacheSnapshot to;
    lock.lock();
    try {
      CacheBatch first = waiting.poll();
      if (first != null) {
        changes -= first.changes().size();
        bytes -= first.changes().stream().mapToLong(CacheTeller::size).sum();
        return Optional.of(first);
      }
      from = behind;
      to = held.now();
      if (from == null || to == null) {
        return Optional.empty();
      }
      behind = null;
      told = to.revision();
    } finally {
      lock.unlock();
    }
    List<CacheChange> difference = to.keys().since(from.keys(), to.revision());
    return difference.isEmpty()
        ? Optional.empty()
        : Optional.of(new CacheBatch(to.revision(), difference, true));
  }

  /** Tells the end after all that waits. */
  void end(CacheEnd reason) {
    callbacks.execute(() -> call(() -> listener.onEnd(reason)));
  }

  private void call(Runnable callback) {
    if (isClosed) {
      return;
    }
    try {
      callback.run();
    } catch (RuntimeException | Error e) {
      log.warn("the listener of a cache failed", e);
      tellError(e);
    }
  }

  private void tellError(Throwable thrown) {
    try {
      listener.onError(thrown);
    } catch (RuntimeException | Error e) {
      log.warn("the listener of a cache failed once more when it was told", e);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    held.forget(this);
    lock.lock();
    try {
      waiting.clear();
      behind = null;
    } finally {
      lock.unlock();
    }
  }
}
