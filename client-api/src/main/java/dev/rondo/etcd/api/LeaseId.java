package dev.rondo.etcd.api;

/**
 * Names a lease.
 *
 * @param value any number; 0 stands for "no lease"
 */
public record LeaseId(long value) {
  /** No lease. */
  public static final LeaseId NONE = new LeaseId(0);

  /** Returns the id with this number. */
  public static LeaseId of(long value) {
    return value == 0 ? NONE : new LeaseId(value);
  }

  /** Whether this stands for "no lease". */
  public boolean isNone() {
    return value == 0;
  }

  /** The number as etcd's tools write it: hexadecimal. */
  @Override
  public String toString() {
    return Long.toHexString(value);
  }
}
