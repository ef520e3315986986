package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.Optional;

/**
 * Something that a watch tells through a typed view: what {@link WatchEvent} is, with keys and
 * values as the codecs read them.
 *
 * @param <K> the type of keys
 * @param <V> the type of values
 */
public sealed interface TypedWatchEvent<K, V> {
  /** The revision of a change, or up to which a notice stands for. */
  Revision revision();

  /**
   * A key was written.
   *
   * @param kv the key as it was written
   * @param prevKv what it was before, where that was asked for, is not compacted yet, and can be
   *     decoded
   */
  record Put<K, V>(TypedKeyValue<K, V> kv, Optional<TypedKeyValue<K, V>> prevKv)
      implements TypedWatchEvent<K, V> {
    @Override
    public Revision revision() {
      return kv.modRevision();
    }

    /** Whether the key did not exist before. */
    public boolean isCreation() {
      return kv.version() == 1;
    }
  }

  /**
   * A key was deleted, or its lease ran out.
   *
   * @param key the key
   * @param revision the revision of its deletion
   * @param prevKv what it was before, where that was asked for, is not compacted yet, and can be
   *     decoded
   */
  record Delete<K, V>(K key, Revision revision, Optional<TypedKeyValue<K, V>> prevKv)
      implements TypedWatchEvent<K, V> {
    /** Tells all but the key, which may be a secret. */
    @Override
    public String toString() {
      return "Delete[revision=" + revision + ", prevKv=" + prevKv + "]";
    }
  }

  /**
   * All changes up to a revision were told; see {@link WatchOptions.Builder#progressNotify}.
   *
   * @param revision the revision
   */
  record Progress<K, V>(Revision revision) implements TypedWatchEvent<K, V> {}

  /**
   * The watch was cut off, and goes on where it was. Nothing is missing.
   *
   * @param revision all changes up to this revision were told before
   */
  record Reconnected<K, V>(Revision revision) implements TypedWatchEvent<K, V> {}

  /**
   * A part of all that the range holds at one revision, in place of changes that were compacted;
   * see {@link WatchEvent.Resynced}. Keys that cannot be decoded are left out, and told apart.
   *
   * @param revision the revision of all parts
   * @param kvs the keys of this part, perhaps none
   * @param isFirst whether no part comes before
   * @param isLast whether no part follows
   */
  record Resynced<K, V>(
      Revision revision, List<TypedKeyValue<K, V>> kvs, boolean isFirst, boolean isLast)
      implements TypedWatchEvent<K, V> {
    /** Copies the keys. */
    public Resynced {
      kvs = List.copyOf(kvs);
    }
  }
}
