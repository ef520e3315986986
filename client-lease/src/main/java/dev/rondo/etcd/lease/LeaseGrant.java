package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.ResponseHeader;
import java.time.Duration;

/**
 * A lease was granted.
 *
 * @param header what every answer says
 * @param id names the lease
 * @param ttl how long it lives without renewal; at least what was asked for
 */
public record LeaseGrant(ResponseHeader header, LeaseId id, Duration ttl) {}
