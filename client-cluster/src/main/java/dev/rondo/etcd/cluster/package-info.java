/**
 * The cluster itself: who belongs to it, and how its members are doing.
 *
 * <p>Start with {@link dev.rondo.etcd.cluster.ClusterClient} to list, add, promote and remove
 * members, and with {@link dev.rondo.etcd.cluster.MaintenanceClient} to look at one member, to back
 * it up and to tidy it.
 */
@NullMarked
package dev.rondo.etcd.cluster;

import org.jspecify.annotations.NullMarked;
