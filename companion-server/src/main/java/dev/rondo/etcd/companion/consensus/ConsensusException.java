package dev.rondo.etcd.companion.consensus;

import org.jspecify.annotations.Nullable;

/** Consensus could not do what was asked. Has no stack trace: it is an answer, often given. */
public abstract sealed class ConsensusException extends RuntimeException
    permits NotProposedException, OutcomeUnknownException, NotConfirmedException {
  private static final long serialVersionUID = 1L;

  ConsensusException(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }
}
