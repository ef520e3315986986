package dev.rondo.etcd.balancer.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;

/** Passwords on their way to the wire. */
public final class Passwords {
  private static final int LONGEST_LETTER = 3; // bytes for each char

  private Passwords() {}

  /**
   * Returns the password in UTF-8, of which there is no other copy.
   *
   * @throws IllegalArgumentException if it is empty, or no text
   */
  public static byte[] encoded(char[] password) {
    if (password.length == 0) {
      throw new IllegalArgumentException("password must have at least one character, was empty");
    }
    byte[] space = new byte[Math.multiplyExact(password.length, LONGEST_LETTER)];
    try {
      ByteBuffer encoded = ByteBuffer.wrap(space);
      if (UTF_8.newEncoder().encode(CharBuffer.wrap(password), encoded, true).isError()) {
        throw new IllegalArgumentException("password must be text, and has half a character");
      }
      return Arrays.copyOf(space, encoded.position());
    } finally {
      Arrays.fill(space, (byte) 0);
    }
  }
}
