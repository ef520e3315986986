package dev.rondo.etcd.companion.watch;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a stream was told and has not read yet: a bounded number of deliveries, at most one fall for
 * each watcher, and what the stream itself asked for. Safe for use by many threads.
 */
final class Notices {
  /** How many commits may wait for a turn before the history takes their place. */
  static final int DELIVERIES = 1024;

  private final Queue<Notice> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger deliveries = new AtomicInteger();

  /** Returns whether there was room. One caller at a time. */
  boolean offer(Notice.Delivery delivery) {
    if (deliveries.get() >= DELIVERIES) {
      return false;
    }
    deliveries.incrementAndGet();
    queue.add(delivery);
    return true;
  }

  void add(Notice notice) {
    queue.add(notice);
  }

  @Nullable Notice poll() {
    var notice = queue.poll();
    if (notice instanceof Notice.Delivery) {
      deliveries.decrementAndGet();
    }
    return notice;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  void clear() {
    while (poll() != null) {
      // gone
    }
  }
}
