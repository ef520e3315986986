package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.EtcdException;
import java.time.Duration;
import java.util.OptionalLong;

/** Wants a lease to be renewed. Called by the renewer's tasks. */
interface RenewalListener {
  /** When it wants the first renewal, on the renewer's clock. */
  long firstDue();

  /** How long a renewal may go unanswered before its stream counts as stuck. */
  Duration patience();

  /** A renewal was sent. */
  void sent();

  /**
   * The lease was renewed by what was sent at {@code sentAt}. Returns when it wants the next
   * renewal, or nothing if it wants no more.
   */
  OptionalLong renewed(LeaseRenewal renewal, long sentAt);

  /** The server at {@code endpoint} said that there is no such lease. */
  void gone(String endpoint);

  /** What was sent, or should have been, brought no answer; the renewal goes on. */
  void unconfirmed(EtcdException reason);

  /** There will be no more renewals, because they were cancelled or the connection closed. */
  void closed();
}
