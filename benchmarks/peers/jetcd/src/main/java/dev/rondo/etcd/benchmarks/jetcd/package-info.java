/** jetcd beside Rondo. */
package dev.rondo.etcd.benchmarks.jetcd;
