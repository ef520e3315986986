package dev.rondo.etcd.companion.consensus.ratis;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one server, which must all be gone when it is closed, and soon. Ratis waits for
 * some of them until they happen to wake up, and for others not at all.
 *
 * <p>All are in one group, as each begins in the group of the thread that makes it; those that
 * serve one member are named after it.
 */
final class ServerThreads {
  private static final String LOG_WRITER = "-SegmentedRaftLogWorker";
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_MILLIS = 2;

  private final ThreadGroup group;
  private final String prefix;

  /**
   * @param peer as Ratis names the member
   */
  ServerThreads(String peer) {
    group = new ThreadGroup("member-" + peer);
    prefix = peer + "@";
  }

  ThreadGroup group() {
    return group;
  }

  /** Runs a step in the group, so that the threads that it needs begin there. */
  void run(Step step) throws IOException {
    var thread = begin(step);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a member started", e);
    }
    thread.check();
  }

  /**
   * Closes a server and waits until its threads are gone.
   *
   * @param isLogClosed whether nothing more can be written to the log
   */
  void close(RaftServer server, BooleanSupplier isLogClosed)
      throws IOException, InterruptedException {
    var close = begin(server::close);
    while (close.isAlive()) {
      if (isLogClosed.getAsBoolean()) {
        wakeLogWriter();
      }
      close.join(LOOK_MILLIS);
    }
    close.check();
    endRest();
  }

  /**
   * Waiting for work it sleeps for a second at a time. Interrupted at work it would lose its file,
   * so that must not be.
   */
  private void wakeLogWriter() {
    for (var thread : alive()) {
      if (thread.getName().endsWith(LOG_WRITER)
          && thread.getState() == Thread.State.TIMED_WAITING) {
        thread.interrupt();
      }
    }
  }

  /**
   * Those that look after elections and the leader's events sleep for up to an election timeout.
   */
  private void endRest() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (var thread : alive()) {
      thread.interrupt();
    }
    for (var thread : alive()) {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }

  private List<Thread> alive() {
    var threads = new Thread[group.activeCount() + 16];
    group.enumerate(threads);
    return Arrays.stream(threads)
        .filter(Objects::nonNull)
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }

  /** Something to be done with a server. */
  interface Step {
    void run() throws IOException;
  }

  private StepThread begin(Step step) {
    var thread = new StepThread(group, step);
    thread.start();
    return thread;
  }

  private static final class StepThread extends Thread {
    private final Step step;
    private volatile @Nullable Throwable failure;

    StepThread(ThreadGroup group, Step step) {
      super(group, group.getName() + "-life");
      this.step = step;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        step.run();
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
      }
    }

    void check() throws IOException {
      if (failure != null) {
        throw new IOException("a server of the consensus failed", failure);
      }
    }
  }
}
