/** Start here: {@link dev.rondo.etcd.Etcd} gathers all clients of one cluster. */
@NullMarked
package dev.rondo.etcd;

import org.jspecify.annotations.NullMarked;
