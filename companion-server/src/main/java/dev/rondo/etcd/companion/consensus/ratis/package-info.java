/** Consensus by Apache Ratis. No other package knows Ratis. */
@NullMarked
package dev.rondo.etcd.companion.consensus.ratis;

import org.jspecify.annotations.NullMarked;
