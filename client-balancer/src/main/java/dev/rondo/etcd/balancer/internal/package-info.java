/** What the clients of Rondo's own modules need of a connection. Not for users. */
@NullMarked
package dev.rondo.etcd.balancer.internal;

import org.jspecify.annotations.NullMarked;
