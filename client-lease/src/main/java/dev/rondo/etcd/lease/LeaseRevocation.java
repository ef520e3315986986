package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.ResponseHeader;
import java.util.Optional;

/**
 * A lease was revoked, and its keys are deleted.
 *
 * @param id names the lease
 * @param header what every answer says; empty if the answer was lost, and the next attempt found
 *     that the lease is gone
 */
public record LeaseRevocation(LeaseId id, Optional<ResponseHeader> header) {}
