package dev.rondo.etcd.api;

import org.jspecify.annotations.Nullable;

/**
 * A write was sent, and nobody can say whether it was applied, or still will be: the connection
 * broke, or the server or the caller ran out of time.
 *
 * <p>Read the key to find out, or guard the write by a transaction that compares its revision and
 * send it again. Where doing it twice is as good as once, {@link CallSettings#isIdempotent()} makes
 * the client do that.
 */
public final class OutcomeUnknownException extends EtcdException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception; see {@link EtcdException}. */
  public OutcomeUnknownException(Code code, Call call, String detail, @Nullable Throwable cause) {
    super(code, WriteOutcome.UNKNOWN, call, detail, cause);
  }
}
