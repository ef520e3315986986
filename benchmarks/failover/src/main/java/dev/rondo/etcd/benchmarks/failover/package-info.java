/**
 * Rondo beside other clients while members of their cluster die, freeze, restart and fall silent.
 * {@link dev.rondo.etcd.benchmarks.failover.FailoverBenchmark} is the process that drives the
 * clients and inflicts the faults, which all clients meet at once.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
