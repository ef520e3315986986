/**
 * Reads of a local cache beside those of maps with the same keys. Start at {@link
 * dev.rondo.etcd.benchmarks.cache.CacheBenchmark}.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
