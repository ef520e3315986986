package dev.rondo.etcd.api;

import java.util.Arrays;

/**
 * The keys that a request is about: one key, all with a prefix, an interval, or all from a key on.
 *
 * <p>The two components are etcd's own form (etcd API, {@code RangeRequest}): an empty {@code end}
 * is one key, an {@code end} of one zero byte is everything from {@code start} on, any other {@code
 * end} is the first key that is no longer in the range.
 *
 * @param start the first key of the range; never empty
 * @param end the end as etcd writes it
 */
public record KeyRange(Bytes start, Bytes end) {
  private static final Bytes ZERO = Bytes.of((byte) 0);
  private static final KeyRange ALL = new KeyRange(ZERO, ZERO);

  /** Checks that there is a start, and that the end does not come before it. */
  public KeyRange {
    if (start.isEmpty()) {
      throw new IllegalArgumentException(
          "a key must have at least one byte, was empty (for all keys use KeyRange.all())");
    }
    if (!end.isEmpty() && !end.equals(ZERO)) {
      requireAfter(start, end);
    }
  }

  private static void requireAfter(Bytes start, Bytes end) {
    if (end.compareTo(start) <= 0) {
      throw new IllegalArgumentException("the end of a range must come after its start");
    }
  }

  /** Exactly this key. */
  public static KeyRange key(Bytes key) {
    return new KeyRange(key, Bytes.EMPTY);
  }

  /** Exactly this key, in UTF-8. */
  public static KeyRange key(String key) {
    return key(Bytes.utf8(key));
  }

  /** All keys that begin with {@code prefix}; all keys if it is empty. */
  public static KeyRange prefix(Bytes prefix) {
    return prefix.isEmpty() ? ALL : new KeyRange(prefix, endOfPrefix(prefix));
  }

  /** All keys that begin with {@code prefix} in UTF-8; all keys if it is empty. */
  public static KeyRange prefix(String prefix) {
    return prefix(Bytes.utf8(prefix));
  }

  /** The keys from {@code start} up to, and without, {@code end}. */
  public static KeyRange interval(Bytes start, Bytes end) {
    if (end.isEmpty()) {
      throw new IllegalArgumentException(
          "the end of an interval must have at least one byte, was empty");
    }
    requireAfter(start, end); // here too, because one zero byte would mean "no end"
    return new KeyRange(start, end);
  }

  /** The keys from {@code start} up to, and without, {@code end}, in UTF-8. */
  public static KeyRange interval(String start, String end) {
    return interval(Bytes.utf8(start), Bytes.utf8(end));
  }

  /** {@code start} and every key after it. */
  public static KeyRange from(Bytes start) {
    return new KeyRange(start, ZERO);
  }

  /** {@code start}, in UTF-8, and every key after it. */
  public static KeyRange from(String start) {
    return from(Bytes.utf8(start));
  }

  /** Every key there is. */
  public static KeyRange all() {
    return ALL;
  }

  /** Whether this is one key, whether it exists or not. */
  public boolean isSingleKey() {
    return end.isEmpty();
  }

  /** Whether the range has no upper bound. */
  public boolean isOpenEnded() {
    return end.equals(ZERO);
  }

  /** Whether {@code key} lies in this range. */
  public boolean contains(Bytes key) {
    if (isSingleKey()) {
      return key.equals(start);
    }
    return key.compareTo(start) >= 0 && (isOpenEnded() || key.compareTo(end) < 0);
  }

  /** The prefix with its last byte that is not 0xff raised by one, and cut after it. */
  private static Bytes endOfPrefix(Bytes prefix) {
    byte[] bytes = prefix.toByteArray();
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] != (byte) 0xff) {
        bytes[i]++;
        return Bytes.of(Arrays.copyOf(bytes, i + 1));
      }
    }
    return ZERO;
  }
}
