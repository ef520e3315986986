package dev.rondo.etcd.companion.storage;

import dev.rondo.etcd.wire.KeyValue;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What one revision made of one key, linked to what the key was before.
 *
 * <p>There is one of these for each key that is stored, so it is small: the revision is that of the
 * key-value, and what has version 0 is a tombstone.
 */
final class Version {
  /** The order in which versions came to be. */
  static final Comparator<Version> BY_REVISION =
      Comparator.comparingLong(Version::revision).thenComparingInt(version -> version.sub);

  private final KeyValue keyValue;
  private final int sub;

  /**
   * Cut by a sweep. Not volatile: a reader steps from this version to the previous one only if its
   * floor lies below this version, and a sweep waits for such readers.
   */
  private @Nullable Version previous;

  /**
   * @param sub which change of its revision this was, from 0
   */
  Version(KeyValue keyValue, int sub, @Nullable Version previous) {
    this.keyValue = keyValue;
    this.sub = sub;
    this.previous = previous;
  }

  KeyValue keyValue() {
    return keyValue;
  }

  long revision() {
    return keyValue.getModRevision();
  }

  int sub() {
    return sub;
  }

  boolean isTombstone() {
    return keyValue.getVersion() == 0;
  }

  @Nullable Version previous() {
    return previous;
  }

  /** Forgets all that was before, and returns the version right before. */
  @Nullable Version cut() {
    var old = previous;
    previous = null;
    return old;
  }

  /** What the key was at a revision, or null if it was not there; {@code head} is the newest. */
  static @Nullable Version visible(@Nullable Version head, long revision) {
    var version = head;
    while (version != null && version.revision() > revision) {
      version = version.previous;
    }
    return version == null || version.isTombstone() ? null : version;
  }
}
