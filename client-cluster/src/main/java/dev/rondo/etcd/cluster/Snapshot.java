package dev.rondo.etcd.cluster;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Revision;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A backup that is complete and on disk.
 *
 * @param file where it is
 * @param size the bytes of the file, the digest at its end included
 * @param digest the SHA-256 of all that comes before the digest, as the server sent it and as the
 *     client found it to be
 * @param revision the revision of the newest key in it, where the server tells; no etcd up to 3.6
 *     does, which is {@link Revision#NONE}
 * @param version the version of its storage format; servers before 3.6 do not tell
 */
public record Snapshot(
    Path file, long size, Bytes digest, Revision revision, Optional<String> version) {}
