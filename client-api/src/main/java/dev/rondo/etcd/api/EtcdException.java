package dev.rondo.etcd.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call failed. {@link #code} says why, {@link #outcome} whether a change may have been made all
 * the same.
 *
 * <p>The message names the operation, the endpoint and the number of attempts, and never a key, a
 * value or a credential. Failures of earlier attempts are attached as suppressed.
 */
public class EtcdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final WriteOutcome outcome;
  private final String operation;
  private final @Nullable String endpoint;
  private final int attempts;

  /**
   * Makes an exception.
   *
   * @param code why
   * @param outcome what the caller may assume of the change
   * @param call what was called, where and how often
   * @param detail one sentence about what happened
   * @param cause what it came from
   */
  public EtcdException(
      Code code, WriteOutcome outcome, Call call, String detail, @Nullable Throwable cause) {
    super(call.operation + ": " + detail + call.where(), cause);
    this.code = code;
    this.outcome = outcome;
    this.operation = call.operation;
    this.endpoint = call.endpoint;
    this.attempts = call.attempts;
  }

  /** Why the call failed. */
  public Code code() {
    return code;
  }

  /** Whether the change may have been made; for reads always {@link WriteOutcome#NOT_APPLIED}. */
  public WriteOutcome outcome() {
    return outcome;
  }

  /** The operation, such as {@code put}. */
  public String operation() {
    return operation;
  }

  /** The endpoint of the last attempt, empty if none was reached. */
  public Optional<String> endpoint() {
    return Optional.ofNullable(endpoint);
  }

  /** How often the call was sent, or tried to be sent; 0 if it was refused before. */
  public int attempts() {
    return attempts;
  }

  /**
   * What was called, where and how often.
   *
   * @param operation the operation, such as {@code put}
   * @param endpoint the endpoint of the last attempt, or null if none was reached
   * @param attempts how often it was tried
   */
  public record Call(String operation, @Nullable String endpoint, int attempts) {
    private String where() {
      String at = endpoint == null ? "no endpoint" : "endpoint " + endpoint;
      return " [" + at + ", attempts " + attempts + "]";
    }
  }
}
