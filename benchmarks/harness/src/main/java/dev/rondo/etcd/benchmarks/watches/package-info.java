/**
 * What watches cost. {@link dev.rondo.etcd.benchmarks.watches.WatchBenchmark} is the process that
 * drives the others; each of them runs a {@link dev.rondo.etcd.benchmarks.watches.WatchWorker}
 * round its own {@link dev.rondo.etcd.benchmarks.watches.WatchTarget}.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.watches;

import org.jspecify.annotations.NullMarked;
