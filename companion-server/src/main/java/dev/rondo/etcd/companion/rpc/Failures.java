package dev.rondo.etcd.companion.rpc;

import dev.rondo.etcd.companion.error.EtcdErrorException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says to clients why a request failed. */
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * Returns what the client is told. A refusal is told as it is; anything else is a fault of this
   * server, of which the client learns no more than that, and the log everything.
   */
  static Status status(Throwable failure) {
    if (failure instanceof CompletionException wrapper && wrapper.getCause() != null) {
      return status(wrapper.getCause());
    }
    if (failure instanceof EtcdErrorException refusal) {
      return refusal.error().status();
    }
    if (failure instanceof StatusRuntimeException refusal) {
      return refusal.getStatus();
    }
    log.error("a request failed for a reason that nobody foresaw", failure);
    return Status.UNKNOWN.withDescription("companion server: unforeseen failure, see its log");
  }
}
