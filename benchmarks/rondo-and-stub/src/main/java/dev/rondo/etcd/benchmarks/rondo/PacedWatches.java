package dev.rondo.etcd.benchmarks.rondo;

import dev.rondo.etcd.benchmarks.watches.Keys;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Lets watches have one event after the other, at the pace that is wanted of all together. */
final class PacedWatches {
  private final List<CannedWatch> watches = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(PacedWatches::daemon);
  private int turn; // used by the clock alone

  PacedWatches() {}

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "paced-watches");
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    var unused =
        clock.scheduleAtFixedRate(
            this::sendNext, 0, 1_000_000 / Keys.EVENTS_PER_SECOND, TimeUnit.MICROSECONDS);
  }

  void add(CannedWatch watch) {
    watches.add(watch);
  }

  void remove(CannedWatch watch) {
    watches.remove(watch);
  }

  private void sendNext() {
    Object[] all = watches.toArray();
    if (all.length > 0) {
      turn = (turn + 1) % all.length;
      ((CannedWatch) all[turn]).send(1);
    }
  }
}
