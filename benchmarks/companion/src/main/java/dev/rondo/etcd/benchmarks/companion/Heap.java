package dev.rondo.etcd.benchmarks.companion;

import java.lang.management.ManagementFactory;

/** A program that fills a companion of one member, and tells what that takes of the heap. */
public final class Heap {
  private Heap() {}

  /** The argument is the number of keys, of 256 B each. Prints MiB. */
  public static void main(String[] arguments) throws Exception {
    try (Contender companion = Contender.companion(1)) {
      try (Callers callers = new Callers(companion.endpoints())) {
        callers.put();
        long before = used();
        callers.fill(Integer.parseInt(arguments[0]));
        System.out.println((used() - before) >> 20);
      }
    }
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
