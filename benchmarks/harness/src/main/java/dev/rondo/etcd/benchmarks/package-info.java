/**
 * Compares clients of etcd, each in a JVM of its own. {@link dev.rondo.etcd.benchmarks.Benchmark}
 * is the process that drives the others; each of them runs a {@link
 * dev.rondo.etcd.benchmarks.Worker} round its own {@link dev.rondo.etcd.benchmarks.Target}. Nothing
 * here needs more than the JDK, so every client keeps the libraries it came with.
 */
@NullMarked
package dev.rondo.etcd.benchmarks;

import org.jspecify.annotations.NullMarked;
