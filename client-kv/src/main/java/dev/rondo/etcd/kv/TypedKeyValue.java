package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;

/**
 * A key as it stood at some revision, and as the codecs of a typed view read it.
 *
 * <p>{@link #toString} leaves out the key and the value, because they may be secrets.
 *
 * @param key its name
 * @param value what it holds
 * @param createRevision the revision at which it was created last
 * @param modRevision the revision at which it was changed last
 * @param version how often it was written since its creation, counted from 1
 * @param lease the lease that it is attached to, or {@link LeaseId#NONE}
 * @param <K> the type of the key
 * @param <V> the type of the value
 */
public record TypedKeyValue<K, V>(
    K key, V value, Revision createRevision, Revision modRevision, long version, LeaseId lease) {
  /** Tells all but the key and the value. */
  @Override
  public String toString() {
    return "TypedKeyValue[createRevision="
        + createRevision
        + ", modRevision="
        + modRevision
        + ", version="
        + version
        + ", lease="
        + lease
        + "]";
  }
}
