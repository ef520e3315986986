/**
 * The companion beside etcd itself: how soon it is there, how much it takes and holds. Start at
 * {@link dev.rondo.etcd.benchmarks.companion.CompanionBenchmark}.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.companion;

import org.jspecify.annotations.NullMarked;
