/**
 * Keys and values: reads, writes, transactions, scans of large ranges, watches and local caches.
 *
 * <p>Start with {@link dev.rondo.etcd.kv.KvClient}; {@link dev.rondo.etcd.kv.AsyncKvClient} is the
 * same without blocking. A transaction is a {@link dev.rondo.etcd.kv.Txn} of {@link
 * dev.rondo.etcd.kv.Compare comparisons} and {@link dev.rondo.etcd.kv.Op operations}. Behind the
 * clients, {@code Requests} turns what callers ask for into messages and {@code Results} turns
 * messages into what callers get, each with the keys of the client's namespace. {@link
 * dev.rondo.etcd.kv.TypedKvClient} is a view with other types than bytes; {@code Codecs} is what it
 * reads results with.
 */
@NullMarked
package dev.rondo.etcd.kv;

import org.jspecify.annotations.NullMarked;
