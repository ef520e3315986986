/**
 * How members agree on one log of entries: {@link dev.rondo.etcd.companion.consensus.Consensus} is
 * one member's part in it, {@link dev.rondo.etcd.companion.consensus.StateMachine} what the entries
 * are applied to, and {@link dev.rondo.etcd.companion.consensus.Network} the links between members
 * with their faults.
 */
@NullMarked
package dev.rondo.etcd.companion.consensus;

import org.jspecify.annotations.NullMarked;
