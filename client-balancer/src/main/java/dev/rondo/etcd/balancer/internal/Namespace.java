package dev.rondo.etcd.balancer.internal;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.WriteOutcome;

/**
 * The keys that a client knows: those that begin with a prefix, by what follows it. Immutable.
 *
 * <p>What a client asks for goes in, what the server answers comes out. No range leads out of a
 * namespace: the bounds get the prefix, and one without end ends with the prefix. The key that is
 * the prefix and nothing more would have an empty name, and so lies outside.
 */
public final class Namespace {
  /** All keys, by their own names. */
  public static final Namespace ROOT = new Namespace(Bytes.EMPTY);

  private final Bytes prefix;
  private final Bytes end; // of all keys with the prefix, as etcd writes it

  private Namespace(Bytes prefix) {
    this.prefix = prefix;
    this.end = KeyRange.prefix(prefix).end();
  }

  /**
   * Returns the part of this namespace whose names begin with {@code further}.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Namespace inside(Bytes further) {
    if (further.isEmpty()) {
      throw new IllegalArgumentException(
          "the prefix of a namespace must have at least one byte, was empty");
    }
    return new Namespace(prefix.append(further));
  }

  /** Returns the key that is called {@code name} in here. */
  public Bytes in(Bytes name) {
    return isRoot() ? name : prefix.append(name);
  }

  /** Returns the range whose names are {@code names} in here. */
  public KeyRange in(KeyRange names) {
    if (isRoot()) {
      return names;
    }
    Bytes start = prefix.append(names.start());
    if (names.isSingleKey()) {
      return KeyRange.key(start);
    }
    return new KeyRange(start, names.isOpenEnded() ? end : prefix.append(names.end()));
  }

  /** Whether {@code key} lies in here. */
  public boolean contains(Bytes key) {
    return isRoot() || (key.size() > prefix.size() && key.startsWith(prefix));
  }

  /**
   * Returns the name that {@code key} has in here.
   *
   * @param operation what the failure names
   * @throws EtcdException if the key does not lie in here, so that nobody asked for it
   */
  public Bytes out(Bytes key, String operation) {
    if (isRoot()) {
      return key;
    }
    if (!contains(key)) {
      throw new EtcdException(
          Code.MALFORMED_ANSWER,
          WriteOutcome.UNKNOWN,
          new EtcdException.Call(operation, null, 1),
          "the answer holds a key outside of the namespace",
          null);
    }
    return key.from(prefix.size());
  }

  /** Returns the same key with the name that it has in here; fails as for the key alone. */
  public KeyValue out(KeyValue kv, String operation) {
    return isRoot()
        ? kv
        : new KeyValue(
            out(kv.key(), operation),
            kv.value(),
            kv.createRevision(),
            kv.modRevision(),
            kv.version(),
            kv.lease());
  }

  private boolean isRoot() {
    return prefix.isEmpty();
  }
}
