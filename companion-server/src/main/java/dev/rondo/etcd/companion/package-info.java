/**
 * An etcd-compatible cluster inside a JVM, for tests, development and demos: start at {@code
 * CompanionCluster}. Everything else in the module is in packages below this one and is not for use
 * from outside.
 */
@NullMarked
package dev.rondo.etcd.companion;

import org.jspecify.annotations.NullMarked;
