package dev.rondo.etcd.examples.observability;

import dev.rondo.etcd.kv.KvClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that read until they are told to stop. */
final class Readers {
  private final KvClient kv;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean stopped;

  private Readers(KvClient kv) {
    this.kv = kv;
  }

  static Readers start(KvClient kv, int count) {
    Readers readers = new Readers(kv);
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(readers::run, "reader-" + i);
      thread.setDaemon(true);
      readers.threads.add(thread);
      thread.start();
    }
    return readers;
  }

  private void run() {
    while (!stopped) {
      var unused = kv.get("orders/17");
      reads.incrementAndGet();
    }
  }

  /** Waits for the reads under way, and returns how many were answered. */
  long stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    return reads.get();
  }
}
