package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.Optional;

/** What became of a key in a cache. */
public sealed interface CacheChange {
  /** The key. */
  Bytes key();

  /** The revision of the change. */
  Revision revision();

  /**
   * A key was written.
   *
   * @param kv the key as it stands now
   * @param prevKv what the cache held before; empty if it had no such key
   */
  record Put(KeyValue kv, Optional<KeyValue> prevKv) implements CacheChange {
    @Override
    public Bytes key() {
      return kv.key();
    }

    @Override
    public Revision revision() {
      return kv.modRevision();
    }
  }

  /**
   * A key was deleted, or its lease ran out.
   *
   * @param prevKv what the cache held before
   * @param revision the revision of the deletion; in a {@linkplain CacheBatch#isDifference
   *     difference}, one at which the key was gone
   */
  record Delete(KeyValue prevKv, Revision revision) implements CacheChange {
    @Override
    public Bytes key() {
      return prevKv.key();
    }
  }
}
