package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A watch that is iterated over ended, and was not closed by its user; {@link #end} says why. Its
 * code is {@code COMPACTED}, {@code RESOURCE_EXHAUSTED} if the watch could not keep up, {@code
 * ANSWER_TOO_LARGE}, {@code CLOSED} if the connection was closed, or that of the refusal.
 */
public final class WatchEndedException extends EtcdException {
  private static final long serialVersionUID = 1L;

  private final transient WatchEnd end;

  private WatchEndedException(
      WatchEnd end,
      Code code,
      @Nullable String endpoint,
      String detail,
      @Nullable Throwable cause) {
    super(code, WriteOutcome.NOT_APPLIED, new Call("watch", endpoint, 1), detail, cause);
    this.end = end;
  }

  static WatchEndedException of(WatchEnd end) {
    if (end instanceof WatchEnd.Compacted compacted) {
      String detail = "revisions before " + compacted.revision() + " are compacted";
      return new WatchEndedException(end, Code.COMPACTED, null, detail, null);
    }
    if (end instanceof WatchEnd.Overflowed overflowed) {
      String detail = "the buffer was full; revision " + overflowed.revision() + " comes next";
      return new WatchEndedException(end, Code.RESOURCE_EXHAUSTED, null, detail, null);
    }
    if (end instanceof WatchEnd.TooLarge tooLarge) {
      String detail =
          "the next message is larger than maxAnswerBytes; revision "
              + tooLarge.revision()
              + " comes next";
      return new WatchEndedException(end, Code.ANSWER_TOO_LARGE, null, detail, null);
    }
    if (end instanceof WatchEnd.Refused refused) {
      EtcdException failure = refused.failure();
      String where = failure.endpoint().orElse(null);
      return new WatchEndedException(end, failure.code(), where, "it was refused", failure);
    }
    return new WatchEndedException(end, Code.CLOSED, null, "the connection was closed", null);
  }

  /** Why the watch ended. */
  public WatchEnd end() {
    return end;
  }
}
