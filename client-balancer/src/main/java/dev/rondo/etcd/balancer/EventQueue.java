package dev.rondo.etcd.balancer;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the user's listener for one event at a time and in order, on an executor that may be of
 * many threads.
 */
final class EventQueue {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** More than this many waiting means that the listener hangs; what comes then is not told. */
  private static final int LONGEST = 10_000;

  private final ConnectionListener listener;
  private final Executor executor;
  private final Queue<ConnectionEvent> waiting = new ArrayDeque<>(); // guarded by itself
  private boolean isRunning; // guarded by waiting

  EventQueue(ConnectionListener listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  void add(ConnectionEvent event) {
    log.debug("{}", event);
    synchronized (waiting) {
      if (waiting.size() < LONGEST) {
        waiting.add(event);
      }
      if (isRunning) {
        return;
      }
      isRunning = true;
    }
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      log.debug("closed before this could be told: {}", event);
    }
  }

  private void run() {
    for (ConnectionEvent event = next(); event != null; event = next()) {
      try {
        listener.onEvent(event);
      } catch (RuntimeException e) {
        log.warn("the connection's listener failed on {}", event, e);
      }
    }
  }

  private @Nullable ConnectionEvent next() {
    synchronized (waiting) {
      ConnectionEvent event = waiting.poll();
      isRunning = event != null;
      return event;
    }
  }
}
