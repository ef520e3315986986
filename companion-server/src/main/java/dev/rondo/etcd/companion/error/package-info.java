/**
 * etcd's errors, with its exact texts and codes: every refusal of a request is one of {@link
 * dev.rondo.etcd.companion.error.EtcdError}.
 */
@NullMarked
package dev.rondo.etcd.companion.error;

import org.jspecify.annotations.NullMarked;
