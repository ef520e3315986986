/** Shows what a client notices when the member that it talks to dies: next to nothing. */
@NullMarked
package dev.rondo.etcd.examples.failover;

import org.jspecify.annotations.NullMarked;
