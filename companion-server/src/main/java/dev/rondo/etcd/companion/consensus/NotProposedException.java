package dev.rondo.etcd.companion.consensus;

import org.jspecify.annotations.Nullable;

/** Surely nothing came into the log, and nothing of it will. */
public final class NotProposedException extends ConsensusException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** No leader is known, or the link to it was cut before anything was sent. */
    NO_LEADER,
    /** The member asked does not lead (any more), or is not ready to, or hands over to another. */
    NOT_LEADER,
    /** Too many entries wait already. */
    BUSY,
    /** The request cannot be fulfilled, by whomever; the message says why. */
    REFUSED
  }

  private final Reason reason;

  public NotProposedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
