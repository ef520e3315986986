/** Small programs that show how Rondo is used; {@code QuickStart} is the first one to read. */
@NullMarked
package dev.rondo.etcd.examples;

import org.jspecify.annotations.NullMarked;
