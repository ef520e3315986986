/**
 * What is built on the project's own gRPC: Rondo, the plain stub that all clients are compared
 * with, and the server that they all call.
 */
@NullMarked
package dev.rondo.etcd.benchmarks.rondo;

import org.jspecify.annotations.NullMarked;
