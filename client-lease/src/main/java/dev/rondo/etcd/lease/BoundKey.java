package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.EtcdException;
import java.util.Optional;

/**
 * A key that comes back with its {@link SelfHealingLease}, as it was at one moment.
 *
 * @param key the key
 * @param state how it stands
 * @param failure why it could not be put when that was last tried
 */
public record BoundKey(Bytes key, State state, Optional<EtcdException> failure) {
  /** How a bound key stands, as far as this client knows. */
  public enum State {
    /** It is being put, or waits for the lease to be granted anew. */
    PENDING,
    /** It was put under the lease as that is now. Nobody watches what others do to it since. */
    BOUND,
    /**
     * When the lease was granted anew, the key was there already, written by somebody else. It was
     * left alone, and is tried again when the lease is next granted anew, or by another {@link
     * SelfHealingLease#bind bind}.
     */
    TAKEN
  }
}
