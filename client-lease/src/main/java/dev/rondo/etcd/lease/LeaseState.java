package dev.rondo.etcd.lease;

/** How a kept lease stands, as far as this client can know. */
public enum LeaseState {
  /** The last renewal was confirmed, and more than a third of the time that it gave is left. */
  ACTIVE,
  /**
   * Less than a third of its time is left, and the renewal that was due long ago is not confirmed.
   * The lease lives; who should not be surprised by its end begins to prepare for it.
   */
  AT_RISK,
  /**
   * The time is over by this client's clock, and no server has confirmed a renewal since. The lease
   * may be gone; or it may live, for a new leader gives every lease its full time again, and an
   * answer may have been lost. Renewals go on until a server says which: then it is {@link #ACTIVE}
   * again, or {@link #LOST}.
   */
  EXPIRED_UNCONFIRMED,
  /** A server said that the lease is gone. This is final, but for a {@link SelfHealingLease}. */
  LOST,
  /** The handle or the connection was closed, and this client renews it no more. This is final. */
  CLOSED
}
