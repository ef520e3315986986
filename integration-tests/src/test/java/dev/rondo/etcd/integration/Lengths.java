package dev.rondo.etcd.integration;

import java.time.Duration;
import java.util.stream.LongStream;

/** How long faults last: briefly by default, in full with {@code mvn verify -Plong}. */
public final class Lengths {
  private static final boolean IS_LONG = Boolean.getBoolean("rondo.long");

  private Lengths() {}

  static Duration of(Duration brief, Duration full) {
    return IS_LONG ? full : brief;
  }

  public static int of(int brief, int full) {
    return IS_LONG ? full : brief;
  }

  /** Returns whether this run takes its full time. */
  public static boolean areFull() {
    return IS_LONG;
  }

  /** Seeds of tests with chance in them: two by default. */
  static long[] seeds() {
    return LongStream.rangeClosed(1, of(2, 5)).toArray();
  }
}
