package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.OutcomeUnknownException;
import dev.rondo.etcd.api.WriteOutcome;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call that failed, and how its caller is told.
 *
 * @param outcome of all its attempts together
 * @param last what its last attempt ended with; null if none has ended
 * @param earlier what attempts before the last ended with; empty if none was repeated
 */
record FailedCall(
    GrpcCalls calls,
    String operation,
    int attempts,
    WriteOutcome outcome,
    @Nullable AttemptFailure last,
    List<AttemptFailure> earlier) {
  /** The call ended with {@code ended}. */
  EtcdException of(AttemptFailure ended) {
    return withEarlier(describe(ended), ended);
  }

  /** The connection was closed meanwhile. */
  EtcdException closed() {
    return withEarlier(clientClosed(), null);
  }

  /** Attaches why earlier attempts failed, but for the one that {@code exception} tells of. */
  private EtcdException withEarlier(EtcdException exception, @Nullable AttemptFailure told) {
    earlier.stream().filter(failure -> failure != told).forEach(exception::addSuppressed);
    return exception;
  }

  private EtcdException describe(AttemptFailure ended) {
    GrpcConnection connection = calls.connection();
    if (connection.isClosed()) {
      return clientClosed();
    }
    if (ended.isOfLogin() && connection.hasOther(Set.of())) {
      return exception(ended, ended.code(), ended.detail());
    }
    if (ended.code() == Code.DEADLINE_EXCEEDED && ended.endpoint() == null) {
      if (!connection.hasOther(Set.of())) {
        return unreachable();
      }
      return earlier.isEmpty() ? noLeader() : gaveUp(earlier.get(earlier.size() - 1));
    }
    String detail =
        ended.code() == Code.DEADLINE_EXCEEDED
            ? "no answer within " + calls.settings().timeout()
            : ended.detail();
    return exception(ended, ended.code(), detail);
  }

  private EtcdException clientClosed() {
    return exception(last, Code.CLOSED, "the client was closed", null);
  }

  /**
   * The time was over between two attempts, so what ended the one before says more than the time.
   */
  private EtcdException gaveUp(AttemptFailure before) {
    String detail = before.detail() + ", given up after " + calls.settings().timeout();
    return exception(before, before.code(), detail);
  }

  /** Endpoints were connected, and yet there was none to go to: the policy waited for a leader. */
  private EtcdException noLeader() {
    String detail = "no member named a leader within " + calls.settings().timeout();
    return exception(last, Code.NO_LEADER, detail, null);
  }

  private EtcdException unreachable() {
    GrpcConnection connection = calls.connection();
    String detail =
        "no endpoint could be reached within "
            + calls.settings().timeout()
            + ": "
            + connection.reasons();
    return exception(last, connection.unreachableCode(), detail, null);
  }

  private EtcdException exception(AttemptFailure ended, Code code, String detail) {
    return exception(ended, code, detail, ended.getCause());
  }

  private EtcdException exception(
      @Nullable AttemptFailure ended, Code code, String detail, @Nullable Throwable cause) {
    Endpoint reached = ended == null ? null : ended.endpoint();
    Endpoint endpoint = reached == null ? calls.pinned() : reached;
    var call =
        new EtcdException.Call(operation, endpoint == null ? null : endpoint.toString(), attempts);
    return outcome == WriteOutcome.UNKNOWN
        ? new OutcomeUnknownException(code, call, detail, cause)
        : new EtcdException(code, WriteOutcome.NOT_APPLIED, call, detail, cause);
  }
}
