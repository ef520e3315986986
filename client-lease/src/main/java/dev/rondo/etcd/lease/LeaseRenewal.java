package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.ResponseHeader;
import java.time.Duration;

/**
 * A lease was renewed.
 *
 * @param header what every answer says; etcd reads its revision before it renews
 * @param id names the lease
 * @param ttl how long it lives from now on without another renewal
 */
public record LeaseRenewal(ResponseHeader header, LeaseId id, Duration ttl) {}
