package dev.rondo.etcd.companion.consensus;

import java.io.IOException;

/** A message may have reached the other member, but its answer did not come back. */
public final class AnswerLostException extends IOException {
  private static final long serialVersionUID = 1L;

  public AnswerLostException(String message) {
    super(message);
  }
}
