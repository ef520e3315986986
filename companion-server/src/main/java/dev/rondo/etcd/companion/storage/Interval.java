package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;

/**
 * Which keys a request means, in etcd's own encoding.
 *
 * @param key the first key
 * @param end empty: {@code key} alone; one zero byte: every key from {@code key} on; else the first
 *     key that is not meant any more
 */
public record Interval(ByteString key, ByteString end) {
  private static final ByteString FROM_KEY_ON = ByteString.copyFrom(new byte[1]);

  /** One key. */
  public static Interval of(ByteString key) {
    return new Interval(key, ByteString.EMPTY);
  }

  /** Whether one key is meant. */
  public boolean isSingle() {
    return end.isEmpty();
  }

  /** Whether there is no last key. */
  public boolean isOpen() {
    return end.equals(FROM_KEY_ON);
  }
}
