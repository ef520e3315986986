package dev.rondo.etcd.lease;

/** How a kept lease stands, as far as this client can know. */
public enum LeaseState {
  /** The last renewal was confirmed, and the time that it gave is not over. */
  ACTIVE,
  /**
   * The time is over by this client's clock, and no server has confirmed a renewal since. The lease
   * may be gone; or it may live, for a new leader gives every lease its full time again. Renewals
   * go on until a server says which: then it is {@link #ACTIVE} again, or {@link #LOST}.
   */
  EXPIRED,
  /** A server said that the lease is gone. This is final. */
  LOST,
  /** The handle or the connection was closed, and this client renews it no more. This is final. */
  CLOSED
}
