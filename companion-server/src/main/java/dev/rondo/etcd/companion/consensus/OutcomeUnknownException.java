package dev.rondo.etcd.companion.consensus;

import org.jspecify.annotations.Nullable;

/** The entry may be in the log, now or later. */
public final class OutcomeUnknownException extends ConsensusException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
