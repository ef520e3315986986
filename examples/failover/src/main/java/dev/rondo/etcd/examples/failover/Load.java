package dev.rondo.etcd.examples.failover;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.kv.KvClient;
import java.util.List;
import java.util.Locale;

/** One thread that reads and one that writes, each as fast as it is answered, until stopped. */
final class Load {
  /** What one thread did; its own, and read after it has ended. */
  private static final class Tally {
    private long succeeded;
    private long unknown;
    private long failed;
    private long lastSuccess = System.nanoTime();
    private long longestGap;

    void count(Runnable call) {
      try {
        call.run();
        long now = System.nanoTime();
        succeeded++;
        longestGap = Math.max(longestGap, now - lastSuccess);
        lastSuccess = now;
      } catch (OutcomeUnknownException e) {
        unknown++; // applied or not: only the application can tell what to do now
      } catch (EtcdException e) {
        failed++;
      }
    }

    String figures(String what) {
      return String.format(
          Locale.ROOT,
          "%s: %d succeeded, %d failed, %d of unknown outcome; longest pause %d ms",
          what,
          succeeded,
          failed,
          unknown,
          longestGap / 1_000_000);
    }
  }

  private final Tally reads = new Tally();
  private final Tally writes = new Tally();
  private final Thread reader;
  private final Thread writer;
  private volatile boolean stopped;

  private Load(KvClient kv) {
    reader = new Thread(() -> run(reads, () -> kv.get("orders/17")), "reader");
    writer = new Thread(() -> run(writes, () -> kv.put("orders/17", "paid")), "writer");
  }

  static Load start(KvClient kv) {
    Load load = new Load(kv);
    load.reader.setDaemon(true);
    load.writer.setDaemon(true);
    load.reader.start();
    load.writer.start();
    return load;
  }

  private void run(Tally tally, Runnable call) {
    while (!stopped) {
      tally.count(call);
    }
  }

  /** What was counted, once stopped. */
  List<String> figures() {
    return List.of(reads.figures("reads"), writes.figures("writes"));
  }

  /** Returns when both have ended. */
  void stop() {
    stopped = true;
    try {
      reader.join();
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
