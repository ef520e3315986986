/**
 * The clients' side of the failover run: readers and writers that note how each call began and
 * ended. Each client runs a {@link dev.rondo.etcd.benchmarks.faults.FaultWorker} round its own
 * {@link dev.rondo.etcd.benchmarks.faults.FaultTarget}; what is made of the calls is the affair of
 * the process that drives them.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
