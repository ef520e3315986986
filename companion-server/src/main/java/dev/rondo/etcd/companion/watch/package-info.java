/**
 * Watchers and how changes reach them: whoever keeps up hears of a change as it is committed,
 * whoever does not reads the store's history at its own pace.
 *
 * <p>Start at {@link dev.rondo.etcd.companion.watch.WatchHub}, which the writing thread tells of
 * commits, and {@link dev.rondo.etcd.companion.watch.WatchStream}, which speaks with one client.
 */
@NullMarked
package dev.rondo.etcd.companion.watch;

import org.jspecify.annotations.NullMarked;
