/**
 * The way out: the one package that shows gRPC's own types, for interceptors (tracing, metrics) and
 * for settings of the channel that Rondo has none for. What is done here is as stable as gRPC
 * itself.
 */
@NullMarked
package dev.rondo.etcd.balancer.grpc;

import org.jspecify.annotations.NullMarked;
