package dev.rondo.etcd.api;

/**
 * Names a member of the cluster.
 *
 * @param value an unsigned number; 0 stands for "no member", such as an unknown leader
 */
public record MemberId(long value) {
  /** No member. */
  public static final MemberId NONE = new MemberId(0);

  /** Returns the id with this number. */
  public static MemberId of(long value) {
    return value == 0 ? NONE : new MemberId(value);
  }

  /** Whether this stands for "no member". */
  public boolean isNone() {
    return value == 0;
  }

  /** The number as etcd's tools write it: hexadecimal. */
  @Override
  public String toString() {
    return Long.toHexString(value);
  }
}
