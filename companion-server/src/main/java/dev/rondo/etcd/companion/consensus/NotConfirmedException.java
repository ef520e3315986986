package dev.rondo.etcd.companion.consensus;

import org.jspecify.annotations.Nullable;

/** No leader could be found that is sure to be one. */
public final class NotConfirmedException extends ConsensusException {
  private static final long serialVersionUID = 1L;

  public NotConfirmedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
