package dev.rondo.etcd.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rondo.etcd.api.internal.BytesAccess;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable sequence of bytes: a key or a value.
 *
 * <p>What comes in is copied once, here; after that it is never copied again on its way to the
 * server. Bytes are ordered as etcd orders keys: byte by byte, unsigned, the shorter one first.
 *
 * <p>{@link #toString} tells the size alone, because values may be secrets.
 */
public final class Bytes implements Comparable<Bytes> {
  static {
    BytesAccess.grant(
        new BytesAccess() {
          @Override
          protected Bytes over(byte[] array) {
            return new Bytes(array);
          }

          @Override
          protected byte[] under(Bytes bytes) {
            return bytes.array;
          }
        });
  }

  /** No bytes at all. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Returns a copy of {@code bytes}. */
  public static Bytes of(byte... bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /** Returns a copy of what remains in {@code buffer}, whose position does not change. */
  public static Bytes of(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return copy.length == 0 ? EMPTY : new Bytes(copy);
  }

  /** Returns the UTF-8 form of {@code text}. */
  public static Bytes utf8(String text) {
    return text.isEmpty() ? EMPTY : new Bytes(text.getBytes(UTF_8));
  }

  /** The number of bytes. */
  public int size() {
    return array.length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return array.length == 0;
  }

  /**
   * The byte at {@code index}, counted from 0.
   *
   * @throws IndexOutOfBoundsException if there is no such byte
   */
  public byte at(int index) {
    return array[index];
  }

  /** Whether these bytes begin with all of {@code prefix}. */
  public boolean startsWith(Bytes prefix) {
    return array.length >= prefix.array.length
        && Arrays.equals(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
  }

  /** Returns these bytes followed by {@code tail}. */
  public Bytes append(Bytes tail) {
    byte[] joined = Arrays.copyOf(array, array.length + tail.array.length);
    System.arraycopy(tail.array, 0, joined, array.length, tail.array.length);
    return new Bytes(joined);
  }

  /**
   * Returns the bytes from {@code start} on, counted from 0.
   *
   * @throws IndexOutOfBoundsException if {@code start} is negative or beyond the end
   */
  public Bytes from(int start) {
    if (start < 0 || start > array.length) {
      throw new IndexOutOfBoundsException(
          "start must be between 0 and " + array.length + ", was " + start);
    }
    return start == array.length
        ? EMPTY
        : new Bytes(Arrays.copyOfRange(array, start, array.length));
  }

  /** Returns a copy that the caller may change. */
  public byte[] toByteArray() {
    return array.clone();
  }

  /** Returns a read-only view, positioned at the first byte. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array).asReadOnlyBuffer();
  }

  /** Returns the text that these bytes are in UTF-8; malformed parts become U+FFFD. */
  public String utf8() {
    return new String(array, UTF_8);
  }

  /** Returns two lower-case hexadecimal digits for each byte. */
  public String hex() {
    return HexFormat.of().formatHex(array);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** Tells the size, and never what is inside. */
  @Override
  public String toString() {
    return "Bytes[" + array.length + "]";
  }
}
