package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.balancer.Endpoint;
import dev.rondo.etcd.balancer.EndpointFailure;
import io.grpc.Status;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts into one line why something failed: what gRPC says, and what lies at the bottom of it. */
public final class Reason {
  /** What gRPC adds about Netty's handlers, which tells a caller nothing. */
  private static final String PIPELINE = "\nChannel Pipeline: [";

  private Reason() {}

  /** Returns the line for {@code status}. */
  public static String of(Status status) {
    String said = said(status);
    String cause = cause(status);
    if (cause == null) {
      return said == null ? status.getCode().name() : said;
    }
    // "io exception" is all that gRPC has to say of most broken connections
    return said == null || said.equals("io exception") || said.equals(cause)
        ? cause
        : said + " (" + cause + ")";
  }

  private static @Nullable String said(Status status) {
    String said = status.getDescription();
    if (said == null) {
      return null;
    }
    int pipeline = said.indexOf(PIPELINE);
    return oneLine(pipeline < 0 ? said : said.substring(0, pipeline));
  }

  private static @Nullable String cause(Status status) {
    Throwable bottom = bottom(status.getCause());
    if (bottom == null
        || (bottom instanceof ClosedChannelException && status.getDescription() != null)) {
      return null; // that the channel is closed is what was said
    }
    String text = bottom.getMessage();
    return text == null ? bottom.getClass().getSimpleName() : oneLine(text);
  }

  /** Returns why {@code endpoint} could not be reached. */
  static EndpointFailure failure(Endpoint endpoint, Status status) {
    String reason = of(status);
    Optional<Throwable> cause = Optional.ofNullable(status.getCause());
    if (isForeign(status)) {
      return new EndpointFailure(
          Code.NOT_ETCD,
          "what answers there is not etcd, or not under this scheme: " + reason,
          cause);
    }
    Code code = Code.of(status.getCode().value(), status.getDescription());
    return new EndpointFailure(
        code.text() == null ? Code.UNAVAILABLE : code,
        hungUp(reason) ? reason + mayExpect(endpoint) : reason,
        cause);
  }

  /**
   * Whether the other side took the connection and closed it without a word, as servers do to who
   * speaks in the clear where they want TLS, or the other way round.
   */
  private static boolean hungUp(String reason) {
    return reason.startsWith("Network closed for unknown reason")
        || reason.startsWith("Connection reset")
        || reason.startsWith("Connection closed while performing TLS negotiation");
  }

  private static String mayExpect(Endpoint endpoint) {
    String other =
        switch (endpoint.scheme()) {
          case HTTP -> "https";
          case HTTPS -> "http";
          case UNIX -> "unixs";
          case UNIXS -> "unix";
        };
    return " (it may expect " + other + ")";
  }

  /**
   * Whether the server ended the call without a word: Go's HTTP server, behind which etcd serves
   * TLS, ends what is open like that when it stops.
   */
  public static boolean isCutOff(String said) {
    return said.startsWith("HTTP status code 200") && said.contains("missing content-type");
  }

  /** Whether the other side answered a call with HTTP/2, but not with gRPC. */
  public static boolean isForeignAnswer(String said) {
    return said.contains("invalid content-type")
        || (said.startsWith("HTTP status code") && !isCutOff(said));
  }

  /** Whether the other side answered, but not with gRPC, HTTP/2 or TLS where it had to. */
  static boolean isForeign(Status status) {
    String said = status.getDescription();
    if (said != null && isForeignAnswer(said)) {
      return true;
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
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
