package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.Optional;

/** Something that a watch tells: a change of a key, or a notice of the watch itself. */
public sealed interface WatchEvent {
  /** The revision of a change, or up to which a notice stands for. */
  Revision revision();

  /**
   * A key was written.
   *
   * @param kv the key as it was written
   * @param prevKv what it was before, where that was asked for and is not compacted yet
   */
  record Put(KeyValue kv, Optional<KeyValue> prevKv) implements WatchEvent {
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
   * @param prevKv what it was before, where that was asked for and is not compacted yet
   */
  record Delete(Bytes key, Revision revision, Optional<KeyValue> prevKv) implements WatchEvent {}

  /**
   * All changes up to a revision were told; see {@link WatchOptions.Builder#progressNotify}.
   *
   * @param revision the revision
   */
  record Progress(Revision revision) implements WatchEvent {}

  /**
   * The watch was cut off, and goes on where it was. Nothing is missing.
   *
   * @param revision all changes up to this revision were told before
   */
  record Reconnected(Revision revision) implements WatchEvent {}

  /**
   * A part of all that the range holds at one revision, in place of changes that were compacted;
   * see {@link WatchOptions.Builder#resyncWhenCompacted}. The parts come one after the other, in
   * the order of keys; keys in none of them do not exist. Changes after the revision follow the
   * last part. If the revision is compacted in the meantime, a first part of a later one follows.
   *
   * @param revision the revision of all parts
   * @param kvs the keys of this part, perhaps none
   * @param isFirst whether no part comes before
   * @param isLast whether no part follows
   */
  record Resynced(Revision revision, List<KeyValue> kvs, boolean isFirst, boolean isLast)
      implements WatchEvent {
    /** Copies the keys. */
    public Resynced {
      kvs = List.copyOf(kvs);
    }
  }
}
