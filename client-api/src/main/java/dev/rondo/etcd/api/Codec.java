package dev.rondo.etcd.api;

/**
 * Turns values of one type into bytes and back. Must be safe for use by many threads.
 *
 * @param <T> the type outside
 */
public interface Codec<T> {
  /** Returns the bytes that stand for {@code value}. */
  Bytes encode(T value);

  /**
   * Returns the value that {@code bytes} stand for.
   *
   * @throws IllegalArgumentException if they stand for none
   */
  T decode(Bytes bytes);

  /** Text in UTF-8. */
  static Codec<String> utf8() {
    return StandardCodec.UTF8;
  }

  /** The bytes themselves. */
  static Codec<Bytes> bytes() {
    return StandardCodec.BYTES;
  }

  /** A number of 64 bits in decimal digits, so that it can be read and written with other tools. */
  static Codec<Long> int64() {
    return StandardCodec.INT64;
  }
}
