package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.LeaseId;

/**
 * A kept lease is gone: the server said so, and its keys are deleted.
 *
 * @param id names the lease
 * @param reason how that came
 */
public record LeaseLoss(LeaseId id, Reason reason) {
  /** Why a lease is gone. The server does not say, so this is told from the time it had left. */
  public enum Reason {
    /** It had time left by this client's clock, so somebody revoked it. */
    REVOKED,
    /** Its time was over by this client's clock: no renewal was answered in time. */
    EXPIRED
  }
}
