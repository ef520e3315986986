package dev.rondo.etcd.balancer;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.balancer.channel.Attempt;
import dev.rondo.etcd.balancer.channel.Reason;
import io.grpc.Status;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended, read off what gRPC says and what the attempt noted. Has no stack trace,
 * which would show gRPC's threads.
 */
final class AttemptFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String UNREADABLE = "Failed to read message.";

  private final Code code;
  private final transient @Nullable Endpoint endpoint;
  private final boolean wasNeverSent;
  private final boolean isOfLogin;
  private final String detail;

  private AttemptFailure(
      Code code,
      @Nullable Endpoint endpoint,
      boolean wasNeverSent,
      boolean isOfLogin,
      String detail,
      @Nullable Throwable cause) {
    super(endpoint == null ? detail : endpoint + ": " + detail, cause, false, false);
    this.code = code;
    this.endpoint = endpoint;
    this.wasNeverSent = wasNeverSent;
    this.isOfLogin = isOfLogin;
    this.detail = detail;
  }

  static AttemptFailure of(Status ended, Attempt attempt) {
    // who was told to leave ended as cancelled, and the reason lies with the endpoint
    Status leaving = attempt.leaving();
    Status status = leaving != null && ended.getCode() == Status.Code.CANCELLED ? leaving : ended;
    return new AttemptFailure(
        codeOf(status),
        attempt.endpoint(),
        wasNeverSent(ended, attempt),
        false,
        Reason.of(status),
        status.getCause());
  }

  /** An attempt that was not made, because the login that it waited for failed. */
  static AttemptFailure ofLogin(EtcdException login) {
    // One login was not answered in its time; the next one may be, if the call has time left.
    Code code = login.code() == Code.DEADLINE_EXCEEDED ? Code.UNAVAILABLE : login.code();
    return new AttemptFailure(
        code, null, true, true, "not logged in: " + login.getMessage(), login);
  }

  /** An attempt that was not made, because the call ended before there was a token. */
  static AttemptFailure withoutToken(Code code, String detail) {
    return new AttemptFailure(code, null, true, true, detail, null);
  }

  /**
   * A call that no transport was given never left. One that was given left with its headers; that
   * they were not written is proof only if the transport itself gave the call up, and not where it
   * was cancelled from this side, by its caller or by its deadline, and may still be on its way
   * out.
   */
  private static boolean wasNeverSent(Status status, Attempt attempt) {
    boolean endedHere =
        status.getCode() == Status.Code.CANCELLED
            || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    return !attempt.isStarted() || !(attempt.hasLeft() || endedHere);
  }

  private static Code codeOf(Status status) {
    String said = status.getDescription();
    Code code = Code.of(status.getCode().value(), said);
    if (said == null || code.text() != null) {
      return code;
    }
    return switch (code) {
      case CANCELLED -> cancelledCode(said);
      case RESOURCE_EXHAUSTED -> exhaustedCode(said);
      case UNKNOWN -> unknownCode(status, said);
      default -> Reason.isForeignAnswer(said) ? Code.NOT_ETCD : code;
    };
  }

  /** A server's error comes without a cause; with one, the connection broke under gRPC's hands. */
  private static Code unknownCode(Status status, String said) {
    if (status.getCause() instanceof IOException || Reason.isCutOff(said)) {
      return Code.UNAVAILABLE;
    }
    return Reason.isForeignAnswer(said) ? Code.NOT_ETCD : Code.UNKNOWN;
  }

  /** Servers refuse what is far too large before etcd sees it, in the words of Go's gRPC. */
  private static Code exhaustedCode(String said) {
    if (said.startsWith("grpc: received message larger than max")) {
      return Code.REQUEST_TOO_LARGE;
    }
    if (said.contains("exceeds maximum size")) {
      return Code.ANSWER_TOO_LARGE;
    }
    return said.contains("GOAWAY") ? Code.UNAVAILABLE : Code.RESOURCE_EXHAUSTED;
  }

  /** A call that nobody here cancelled was cut by the other side. */
  private static Code cancelledCode(String said) {
    if (said.equals(UNREADABLE)) {
      return Code.MALFORMED_ANSWER;
    }
    return said.startsWith("RST_STREAM") ? Code.UNAVAILABLE : Code.CANCELLED;
  }

  Code code() {
    return code;
  }

  @Nullable Endpoint endpoint() {
    return endpoint;
  }

  /** Whether it is proven that no server can have seen the request. */
  boolean wasNeverSent() {
    return wasNeverSent;
  }

  /** Whether the attempt was not made, for want of a token. */
  boolean isOfLogin() {
    return isOfLogin;
  }

  WriteOutcome outcome() {
    return wasNeverSent ? WriteOutcome.NOT_APPLIED : code.outcome();
  }

  /** What happened, without the endpoint. */
  String detail() {
    return detail;
  }
}
