/**
 * Leases: keys that vanish when the process that wrote them does.
 *
 * <p>Start with {@link dev.rondo.etcd.lease.LeaseClient}, and there with {@code keep}: the {@link
 * dev.rondo.etcd.lease.KeptLease} that it returns is renewed until it is closed. Inside, all leases
 * of a connection are renewed by one {@code LeaseRenewer} over one stream.
 */
@NullMarked
package dev.rondo.etcd.lease;

import org.jspecify.annotations.NullMarked;
