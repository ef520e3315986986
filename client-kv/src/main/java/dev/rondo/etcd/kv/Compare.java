package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;

/**
 * A condition of a transaction.
 *
 * <pre>{@code
 * import static dev.rondo.etcd.kv.Compare.missing;
 * import static dev.rondo.etcd.kv.Compare.modRevision;
 *
 * kv.txn().when(missing("lock"), modRevision("config").isEqualTo(seen)).then(put("lock", "me")).commit();
 * }</pre>
 *
 * <p>A key that does not exist has version, revisions and lease 0; a comparison of its value never
 * holds, whatever the relation. A comparison over a range holds if it does for every key in it; if
 * there are none, it is made as for a key that does not exist.
 */
public sealed interface Compare {
  /** The keys that are looked at. */
  KeyRange range();

  /** How what they have stands to what is given. */
  Relation relation();

  /** Compares how often the key, in UTF-8, was written since its creation. */
  static VersionSubject version(String key) {
    return version(KeyRange.key(key));
  }

  /** Compares how often the key was written since its creation. */
  static VersionSubject version(Bytes key) {
    return version(KeyRange.key(key));
  }

  /** Compares how often each key in the range was written since its creation. */
  static VersionSubject version(KeyRange range) {
    return (relation, version) -> new Version(range, relation, version);
  }

  /** Compares the revision at which the key, in UTF-8, was created last. */
  static Subject<Revision> createRevision(String key) {
    return createRevision(KeyRange.key(key));
  }

  /** Compares the revision at which the key was created last. */
  static Subject<Revision> createRevision(Bytes key) {
    return createRevision(KeyRange.key(key));
  }

  /** Compares the revision at which each key in the range was created last. */
  static Subject<Revision> createRevision(KeyRange range) {
    return (relation, revision) -> new CreateRevision(range, relation, revision);
  }

  /** Compares the revision at which the key, in UTF-8, was changed last. */
  static Subject<Revision> modRevision(String key) {
    return modRevision(KeyRange.key(key));
  }

  /** Compares the revision at which the key was changed last. */
  static Subject<Revision> modRevision(Bytes key) {
    return modRevision(KeyRange.key(key));
  }

  /** Compares the revision at which each key in the range was changed last. */
  static Subject<Revision> modRevision(KeyRange range) {
    return (relation, revision) -> new ModRevision(range, relation, revision);
  }

  /** Compares the value of the key, in UTF-8. */
  static ValueSubject value(String key) {
    return value(KeyRange.key(key));
  }

  /** Compares the value of the key. */
  static ValueSubject value(Bytes key) {
    return value(KeyRange.key(key));
  }

  /** Compares the value of each key in the range. */
  static ValueSubject value(KeyRange range) {
    return (relation, value) -> new Value(range, relation, value);
  }

  /** Compares the lease that the key, in UTF-8, is attached to. */
  static Subject<LeaseId> lease(String key) {
    return lease(KeyRange.key(key));
  }

  /** Compares the lease that the key is attached to. */
  static Subject<LeaseId> lease(Bytes key) {
    return lease(KeyRange.key(key));
  }

  /** Compares the lease that each key in the range is attached to. */
  static Subject<LeaseId> lease(KeyRange range) {
    return (relation, lease) -> new Lease(range, relation, lease);
  }

  /** The key, in UTF-8, exists. */
  static Compare exists(String key) {
    return exists(KeyRange.key(key));
  }

  /** The key exists. */
  static Compare exists(Bytes key) {
    return exists(KeyRange.key(key));
  }

  /** There is at least one key in the range. */
  static Compare exists(KeyRange range) {
    return createRevision(range).isGreaterThan(Revision.NONE);
  }

  /** The key, in UTF-8, does not exist. */
  static Compare missing(String key) {
    return missing(KeyRange.key(key));
  }

  /** The key does not exist. */
  static Compare missing(Bytes key) {
    return missing(KeyRange.key(key));
  }

  /** There is no key in the range. */
  static Compare missing(KeyRange range) {
    return createRevision(range).isEqualTo(Revision.NONE);
  }

  /** How what a key has stands to what is given. */
  enum Relation {
    /** It is the same. */
    EQUAL,
    /** It is another. */
    NOT_EQUAL,
    /** It is larger. */
    GREATER,
    /** It is smaller. */
    LESS
  }

  /**
   * What is compared, and waits for what it is compared with.
   *
   * @param <T> what it is compared with
   */
  @FunctionalInterface
  interface Subject<T> {
    /** It stands to {@code other} in this relation. */
    Compare is(Relation relation, T other);

    /** It is the same as {@code other}. */
    default Compare isEqualTo(T other) {
      return is(Relation.EQUAL, other);
    }

    /** It is not the same as {@code other}. */
    default Compare isNotEqualTo(T other) {
      return is(Relation.NOT_EQUAL, other);
    }

    /** It is larger than {@code other}. */
    default Compare isGreaterThan(T other) {
      return is(Relation.GREATER, other);
    }

    /** It is smaller than {@code other}. */
    default Compare isLessThan(T other) {
      return is(Relation.LESS, other);
    }
  }

  /** A value that is compared, byte by byte, unsigned, the shorter one first. */
  @FunctionalInterface
  interface ValueSubject extends Subject<Bytes> {
    /** It is the same as {@code other} in UTF-8. */
    default Compare isEqualTo(String other) {
      return isEqualTo(Bytes.utf8(other));
    }

    /** It is not the same as {@code other} in UTF-8. */
    default Compare isNotEqualTo(String other) {
      return isNotEqualTo(Bytes.utf8(other));
    }

    /** It is larger than {@code other} in UTF-8. */
    default Compare isGreaterThan(String other) {
      return isGreaterThan(Bytes.utf8(other));
    }

    /** It is smaller than {@code other} in UTF-8. */
    default Compare isLessThan(String other) {
      return isLessThan(Bytes.utf8(other));
    }
  }

  /** A version that is compared; apart from {@link Subject} so that it takes plain numbers. */
  @FunctionalInterface
  interface VersionSubject {
    /** It stands to {@code version} in this relation. */
    Compare is(Relation relation, long version);

    /** It is {@code version}. */
    default Compare isEqualTo(long version) {
      return is(Relation.EQUAL, version);
    }

    /** It is not {@code version}. */
    default Compare isNotEqualTo(long version) {
      return is(Relation.NOT_EQUAL, version);
    }

    /** It is larger than {@code version}. */
    default Compare isGreaterThan(long version) {
      return is(Relation.GREATER, version);
    }

    /** It is smaller than {@code version}. */
    default Compare isLessThan(long version) {
      return is(Relation.LESS, version);
    }
  }

  /**
   * Compares versions.
   *
   * @param range the keys that are looked at
   * @param relation how their versions stand to {@code version}
   * @param version at least 0; 0 is the version of a key that does not exist
   */
  record Version(KeyRange range, Relation relation, long version) implements Compare {
    /** Checks that the version is not negative. */
    public Version {
      if (version < 0) {
        throw new IllegalArgumentException("version must be at least 0, was " + version);
      }
    }
  }

  /**
   * Compares create revisions.
   *
   * @param range the keys that are looked at
   * @param relation how their create revisions stand to {@code revision}
   * @param revision {@link Revision#NONE} is that of a key that does not exist
   */
  record CreateRevision(KeyRange range, Relation relation, Revision revision) implements Compare {}

  /**
   * Compares mod revisions.
   *
   * @param range the keys that are looked at
   * @param relation how their mod revisions stand to {@code revision}
   * @param revision {@link Revision#NONE} is that of a key that does not exist
   */
  record ModRevision(KeyRange range, Relation relation, Revision revision) implements Compare {}

  /**
   * Compares values.
   *
   * @param range the keys that are looked at
   * @param relation how their values stand to {@code value}
   * @param value what they are compared with
   */
  record Value(KeyRange range, Relation relation, Bytes value) implements Compare {}

  /**
   * Compares leases.
   *
   * @param range the keys that are looked at
   * @param relation how their leases stand to {@code lease}
   * @param lease {@link LeaseId#NONE} is that of a key without one
   */
  record Lease(KeyRange range, Relation relation, LeaseId lease) implements Compare {}
}
