package dev.rondo.etcd.benchmarks.cache;

import dev.rondo.etcd.api.Bytes;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that read at once. What counts is the time that a thread had a processor, so that a
 * machine that does other things as well disturbs less.
 */
final class Readers {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Bytes[] keys; // in no order

  Readers(Bytes[] keys) {
    this.keys = keys;
  }

  /** Returns how often {@code read} was done in a second by all threads together. */
  double perSecond(Read read, Source source, int threads, Duration time)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Double>> rates = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int start = i * (keys.length / threads);
        rates.add(pool.submit(() -> rate(read, source, start, time)));
      }
      double sum = 0;
      for (Future<Double> rate : rates) {
        sum += rate.get();
      }
      return sum;
    } finally {
      pool.shutdown();
    }
  }

  private double rate(Read read, Source source, int start, Duration time) {
    int steps = read == Read.ALL ? 1 : 64; // between looks at the clock
    int index = start;
    long count = 0;
    long sum = 0;
    long began = System.nanoTime();
    long cpu = THREADS.getCurrentThreadCpuTime();
    while (System.nanoTime() - began < time.toNanos()) {
      for (int i = 0; i < steps; i++) {
        sum += read.of(source, keys[index]);
        index = index + 1 == keys.length ? 0 : index + 1;
      }
      count += steps;
    }
    if (sum < count) {
      throw new IllegalStateException("something was not found");
    }
    return count * 1e9 / (THREADS.getCurrentThreadCpuTime() - cpu);
  }
}
