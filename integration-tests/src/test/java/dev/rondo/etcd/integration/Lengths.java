package dev.rondo.etcd.integration;

import dev.rondo.etcd.testing.EtcdBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /**
   * The back ends of tests whose faults take their time: the companion and the first etcd; in full,
   * every etcd.
   */
  static List<EtcdBackend> backends() {
    return some(EtcdBackend.all());
  }

  /** Those of {@link #backends} whose members can be cut off from each other. */
  static List<EtcdBackend> partitionable() {
    return some(EtcdBackend.partitionable());
  }

  private static List<EtcdBackend> some(List<EtcdBackend> all) {
    Optional<EtcdBackend> first = all.stream().filter(EtcdBackend::isReal).findFirst();
    return all.stream()
        .filter(backend -> IS_LONG || !backend.isReal() || backend.equals(first.orElseThrow()))
        .toList();
  }
}
