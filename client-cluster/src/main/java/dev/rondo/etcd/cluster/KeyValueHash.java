package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.ResponseHeader;
import dev.rondo.etcd.api.Revision;

/**
 * What all keys and values of one member hash to at a revision.
 *
 * <p>Members that agree have the same hash, provided that it was made at the same revision and that
 * they are compacted up to the same one.
 *
 * @param header which member answered, and the newest revision that it has
 * @param hash an unsigned number of 32 bits
 * @param compactRevision the revision up to which the member is compacted, or {@link Revision#NONE}
 * @param hashRevision the revision of the hash; servers before 3.6 do not tell, and give {@link
 *     Revision#NONE}
 */
public record KeyValueHash(
    ResponseHeader header, long hash, Revision compactRevision, Revision hashRevision) {}
