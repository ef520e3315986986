package dev.rondo.etcd.companion.consensus;

import java.io.IOException;

/** A message surely did not reach the other member: the link is cut, or the member is down. */
public final class NotDeliveredException extends IOException {
  private static final long serialVersionUID = 1L;

  public NotDeliveredException(String message) {
    super(message);
  }
}
