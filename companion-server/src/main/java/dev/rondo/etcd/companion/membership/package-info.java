/**
 * Who belongs to the cluster, as all members agreed: start at {@link
 * dev.rondo.etcd.companion.membership.Members}. Beside it is what etcd checks and derives before it
 * proposes a change: URLs, ids, and whether a quorum is kept.
 */
@NullMarked
package dev.rondo.etcd.companion.membership;

import org.jspecify.annotations.NullMarked;
