package dev.rondo.etcd.api;

/**
 * A state of the whole key space: every change raises it by one.
 *
 * @param value at least 0; 0 stands for "none", such as the revisions of a key that does not exist
 */
public record Revision(long value) implements Comparable<Revision> {
  /** No revision. */
  public static final Revision NONE = new Revision(0);

  /** Checks that the revision is not negative. */
  public Revision {
    if (value < 0) {
      throw new IllegalArgumentException("a revision must be at least 0, was " + value);
    }
  }

  /** Returns the revision with this number. */
  public static Revision of(long value) {
    return value == 0 ? NONE : new Revision(value);
  }

  /** The revision right after this one. */
  public Revision next() {
    return new Revision(value + 1);
  }

  @Override
  public int compareTo(Revision other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
