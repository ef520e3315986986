package dev.rondo.etcd.api;

/**
 * A key as it stood at some revision.
 *
 * @param key its name
 * @param value what it holds; empty if the request asked for keys only
 * @param createRevision the revision at which it was created last
 * @param modRevision the revision at which it was changed last
 * @param version how often it was written since its creation, counted from 1
 * @param lease the lease that it is attached to, or {@link LeaseId#NONE}
 */
public record KeyValue(
    Bytes key,
    Bytes value,
    Revision createRevision,
    Revision modRevision,
    long version,
    LeaseId lease) {}
