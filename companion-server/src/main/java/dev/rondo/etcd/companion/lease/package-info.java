/**
 * Leases, the keys that hang on them and the leader's clock: start at {@link
 * dev.rondo.etcd.companion.lease.Lessor}. What is replicated knows no time; a {@code LeaderClock}
 * counts the leases down as long as this member leads.
 */
@NullMarked
package dev.rondo.etcd.companion.lease;

import org.jspecify.annotations.NullMarked;
