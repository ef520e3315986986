/**
 * Records what many clients asked an etcd cluster and what it answered, and judges afterwards
 * whether the cluster behaved like one store that does one thing at a time.
 *
 * <p>Start at {@link dev.rondo.etcd.testing.history.History}: it takes the operations of all
 * threads, and its {@code check} gives the {@link dev.rondo.etcd.testing.history.Verdict}. What can
 * be recorded is listed in {@link dev.rondo.etcd.testing.history.Operation}, and what a cluster may
 * answer in {@link dev.rondo.etcd.testing.history.Result}. None of it knows a client: a test
 * translates from the one that it uses.
 */
@NullMarked
package dev.rondo.etcd.testing.history;

import org.jspecify.annotations.NullMarked;
