/**
 * Shows what can be seen of a client: Micrometer and OpenTelemetry measure its calls through gRPC,
 * and its own events and endpoints become meters too.
 */
@NullMarked
package dev.rondo.etcd.examples.observability;

import org.jspecify.annotations.NullMarked;
