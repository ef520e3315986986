package dev.rondo.etcd.benchmarks.cost;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The one key and value of all calls. */
public final class Sample {
  private Sample() {}

  /** The size of the value in bytes. */
  public static final int VALUE_SIZE = 64;

  /** Returns the key: 16 bytes. */
  public static byte[] key() {
    return "benchmark/key/01".getBytes(US_ASCII);
  }

  /** Returns the value: 64 bytes. */
  public static byte[] value() {
    return "v".repeat(VALUE_SIZE).getBytes(US_ASCII);
  }
}
