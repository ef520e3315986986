/**
 * Keys, their values and all their revisions since the last compaction: start at {@link
 * dev.rondo.etcd.companion.storage.Store}. One thread writes, any number read without locks.
 */
@NullMarked
package dev.rondo.etcd.companion.storage;

import org.jspecify.annotations.NullMarked;
