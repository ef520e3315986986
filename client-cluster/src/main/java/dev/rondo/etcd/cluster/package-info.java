/**
 * The cluster itself: who belongs to it, how its members are doing, and who its users are.
 *
 * <p>Start with {@link dev.rondo.etcd.cluster.ClusterClient} to list, add, promote and remove
 * members, with {@link dev.rondo.etcd.cluster.MaintenanceClient} to look at one member, to back it
 * up and to tidy it, and with {@link dev.rondo.etcd.cluster.AuthClient} to say who may do what.
 */
@NullMarked
package dev.rondo.etcd.cluster;

import org.jspecify.annotations.NullMarked;
