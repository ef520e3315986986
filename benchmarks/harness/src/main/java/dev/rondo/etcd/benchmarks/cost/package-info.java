/**
 * What a call costs. {@link dev.rondo.etcd.benchmarks.cost.Benchmark} is the process that drives
 * the others; each of them runs a {@link dev.rondo.etcd.benchmarks.cost.CostWorker} round its own
 * {@link dev.rondo.etcd.benchmarks.cost.Target}.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
