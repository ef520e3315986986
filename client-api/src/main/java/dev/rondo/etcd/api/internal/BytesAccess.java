package dev.rondo.etcd.api.internal;

import dev.rondo.etcd.api.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Passes arrays into and out of {@link Bytes} without a copy, for the code that turns them into
 * messages. Whoever calls this promises never to write to such an array.
 */
public abstract class BytesAccess {
  private static @Nullable BytesAccess access;

  /** For {@link Bytes} alone. */
  protected BytesAccess() {}

  /** Called once, by the initialiser of {@link Bytes}. */
  public static void grant(BytesAccess granted) {
    if (access != null) {
      throw new IllegalStateException("access to Bytes is granted once, by Bytes");
    }
    access = granted;
  }

  /** Returns bytes over {@code array}, which nobody may change from now on. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? Bytes.EMPTY : access().over(array);
  }

  /** Returns the array under {@code bytes}, which nobody may change. */
  public static byte[] unwrap(Bytes bytes) {
    return access().under(bytes);
  }

  private static BytesAccess access() {
    if (access == null) {
      Objects.requireNonNull(Bytes.EMPTY); // runs the initialiser
    }
    return Objects.requireNonNull(access);
  }

  /** See {@link #wrap}. */
  protected abstract Bytes over(byte[] array);

  /** See {@link #unwrap}. */
  protected abstract byte[] under(Bytes bytes);
}
