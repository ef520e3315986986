package dev.rondo.etcd.companion.watch;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one task again and again, whenever there is something to do, but never twice at a time. Each
 * run is a task of its own for the executor, so that many can share few threads.
 */
final class Turns {
  private final Executor executor;
  private final Runnable task;
  private final AtomicInteger wanted = new AtomicInteger();

  Turns(Executor executor, Runnable task) {
    this.executor = executor;
    this.task = task;
  }

  /** The task will begin to run after this call: it sees all that was done before. */
  void schedule() {
    if (wanted.getAndIncrement() == 0) {
      execute();
    }
  }

  private void execute() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      // Shut down, and with it all that turns are taken for.
    }
  }

  private void run() {
    int seen = wanted.get();
    try {
      task.run();
    } finally {
      if (wanted.addAndGet(-seen) != 0) {
        execute();
      }
    }
  }
}
