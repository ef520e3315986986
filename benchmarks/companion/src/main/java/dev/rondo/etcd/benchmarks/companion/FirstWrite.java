package dev.rondo.etcd.benchmarks.companion;

import java.lang.management.ManagementFactory;

/** A program that starts a companion, writes once, and tells how long that took its JVM. */
public final class FirstWrite {
  private FirstWrite() {}

  /** The argument is the number of members. Prints milliseconds since the JVM began. */
  public static void main(String[] arguments) throws Exception {
    try (Contender companion = Contender.companion(Integer.parseInt(arguments[0]));
        Callers callers = new Callers(companion.endpoints())) {
      callers.put();
      long began = ManagementFactory.getRuntimeMXBean().getStartTime();
      System.out.println(System.currentTimeMillis() - began);
    }
  }
}
