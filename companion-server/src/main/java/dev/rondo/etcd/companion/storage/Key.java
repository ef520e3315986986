package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;

/** A key that compares quickly, in the order of etcd: bytes are unsigned. */
final class Key implements Comparable<Key> {
  private final byte[] bytes; // never changed: shared with what asByteString() returns

  private Key(byte[] bytes) {
    this.bytes = bytes;
  }

  static Key of(ByteString name) {
    return new Key(name.toByteArray());
  }

  /** The same bytes, not a copy of them: a store of many keys has each of them once. */
  ByteString asByteString() {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
