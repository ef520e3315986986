package dev.rondo.etcd.companion.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** How far this member has applied the log, and who waits for it. Safe for use by many threads. */
final class AppliedIndex {
  private record Waiter(long index, CompletableFuture<Void> reached) {}

  private final PriorityQueue<Waiter> waiters = // guarded by itself
      new PriorityQueue<>(Comparator.comparingLong(Waiter::index));
  private volatile long index;

  long get() {
    return index;
  }

  /** Completes, at once or on the applying thread, when the index is reached. */
  CompletableFuture<Void> reach(long target) {
    if (index >= target) {
      return CompletableFuture.completedFuture(null);
    }
    var waiter = new Waiter(target, new CompletableFuture<>());
    synchronized (waiters) {
      waiters.add(waiter);
    }
    advance(index); // in case it was reached meanwhile
    return waiter.reached;
  }

  /** Called by the applying thread. */
  void set(long applied) {
    index = applied;
    advance(applied);
  }

  private void advance(long applied) {
    for (var reached : due(applied)) {
      reached.complete(null);
    }
  }

  private List<CompletableFuture<Void>> due(long applied) {
    synchronized (waiters) {
      if (waiters.isEmpty() || waiters.peek().index > applied) {
        return List.of();
      }
      var due = new ArrayList<CompletableFuture<Void>>();
      while (!waiters.isEmpty() && waiters.peek().index <= applied) {
        due.add(waiters.remove().reached);
      }
      return due;
    }
  }
}
