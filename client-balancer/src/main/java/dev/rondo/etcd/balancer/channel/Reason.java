package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.EndpointFailure;
import io.grpc.Status;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.NotSslRecordException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts into one line why something failed: what gRPC says, and what lies at the bottom of it. */
public final class Reason {
  private Reason() {}

  /** Returns the line for {@code status}. */
  public static String of(Status status) {
    String said = status.getDescription();
    Throwable bottom = bottom(status.getCause());
    if (bottom == null) {
      return said == null ? status.getCode().name() : oneLine(said);
    }
    String text = bottom.getMessage();
    String cause = text == null ? bottom.getClass().getSimpleName() : oneLine(text);
    // "io exception" is all that gRPC has to say of most broken connections
    return said == null || said.equals("io exception") || cause.equals(said)
        ? cause
        : oneLine(said) + " (" + cause + ")";
  }

  /** Returns why an endpoint could not be reached. */
  static EndpointFailure failure(Status status) {
    boolean isForeign = isForeign(status.getCause());
    String reason = of(status);
    return new EndpointFailure(
        isForeign ? Code.NOT_ETCD : Code.UNAVAILABLE,
        isForeign ? "what answers there is not etcd, or not under this scheme: " + reason : reason,
        Optional.ofNullable(status.getCause()));
  }

  /** Whether the other side answered, but with neither HTTP/2 nor TLS where it had to. */
  private static boolean isForeign(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof Http2Exception || cause instanceof NotSslRecordException) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Throwable bottom(@Nullable Throwable failure) {
    Throwable bottom = failure;
    while (bottom != null && bottom.getCause() != null && bottom.getCause() != bottom) {
      bottom = bottom.getCause();
    }
    return bottom;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
