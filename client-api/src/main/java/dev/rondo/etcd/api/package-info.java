/**
 * What all clients share: {@link dev.rondo.etcd.api.Bytes keys and values}, {@link
 * dev.rondo.etcd.api.KeyRange ranges of keys}, ids and revisions, {@link
 * dev.rondo.etcd.api.CallSettings settings of a call} and {@link dev.rondo.etcd.api.EtcdException
 * errors}.
 *
 * <p>Start with {@code Bytes} and {@code KeyRange} for what goes in, {@code KeyValue} for what
 * comes back, and {@code EtcdException} with its {@code Code} for what goes wrong.
 */
@NullMarked
package dev.rondo.etcd.api;

import org.jspecify.annotations.NullMarked;
