/**
 * What all comparisons of clients share: each client runs in a JVM of its own, a {@link
 * dev.rondo.etcd.benchmarks.Child} of the one that compares, where a {@link
 * dev.rondo.etcd.benchmarks.Worker} does as it is told. Nothing in this module needs more than the
 * JDK, so every client keeps the libraries it came with.
 */
@NullMarked
package dev.rondo.etcd.benchmarks;

import org.jspecify.annotations.NullMarked;
