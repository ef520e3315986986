package dev.rondo.etcd.benchmarks.cost;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads time, CPU time and allocation of this JVM.
 *
 * <p>CPU time is the whole process: garbage collection and compilation count, as the machine pays
 * for them. The system counts it in steps of up to 10 ms.
 *
 * <p>Allocation is the sum over all threads of what each has allocated since it began, which the
 * JVM counts exactly; how the heap fills would tell nothing between two collections. A thread that
 * ends between two readings takes its count along, and {@link #until} has no answer then. JDK 17
 * has no total that includes them.
 */
final class Meter {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Map<Long, Long> allocated;
  private final long cpuNanos;
  private final long nanos;

  private Meter() {
    this.allocated = allocated();
    this.cpuNanos = PROCESS.getProcessCpuTime();
    this.nanos = System.nanoTime();
  }

  static Meter read() {
    return new Meter();
  }

  private static Map<Long, Long> allocated() {
    long[] threads = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(threads);
    Map<Long, Long> allocated = new HashMap<>();
    for (int i = 0; i < threads.length; i++) {
      if (bytes[i] >= 0) { // -1 for one that ended meanwhile
        allocated.put(threads[i], bytes[i]);
      }
    }
    return allocated;
  }

  /**
   * Returns what happened from this reading to {@code later}; empty if a thread ended meanwhile.
   */
  Optional<Measurement> until(Meter later, long calls) {
    if (!later.allocated.keySet().containsAll(allocated.keySet())) {
      return Optional.empty();
    }
    long bytes = 0;
    for (Map.Entry<Long, Long> thread : later.allocated.entrySet()) {
      bytes += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
    }
    return Optional.of(
        new Measurement(calls, later.nanos - nanos, later.cpuNanos - cpuNanos, bytes));
  }
}
