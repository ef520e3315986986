/**
 * The connection to a cluster.
 *
 * <p>Start with {@link dev.rondo.etcd.balancer.Connection}: its builder takes the {@link
 * dev.rondo.etcd.balancer.Endpoint endpoints} and the {@link dev.rondo.etcd.balancer.Tls
 * credentials}, and every client is made over it. What happens to the connection is told to a
 * {@link dev.rondo.etcd.balancer.ConnectionListener}.
 */
@NullMarked
package dev.rondo.etcd.balancer;

import org.jspecify.annotations.NullMarked;
