package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.Bytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Takes pieces of a whole whose last 32 bytes are the SHA-256 of all before them. Nobody knows
 * which bytes are the last until the end, so that 32 are always kept back. Not safe for use by many
 * threads.
 */
final class TrailingDigest {
  private static final int SIZE = 32;

  private final MessageDigest digest = sha256();
  private byte[] last = new byte[0]; // the newest bytes, at most 32

  void add(ByteBuffer piece) {
    byte[] bytes = new byte[last.length + piece.remaining()];
    System.arraycopy(last, 0, bytes, 0, last.length);
    piece.get(bytes, last.length, piece.remaining());
    int split = Math.max(0, bytes.length - SIZE);
    digest.update(bytes, 0, split);
    last = Arrays.copyOfRange(bytes, split, bytes.length);
  }

  /** What the last bytes say. */
  Bytes said() {
    return Bytes.of(last);
  }

  /** What the bytes before them hash to; to be asked once. */
  Bytes found() {
    return Bytes.of(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
