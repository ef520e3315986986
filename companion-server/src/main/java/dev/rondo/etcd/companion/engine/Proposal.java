package dev.rondo.etcd.companion.engine;

import com.google.protobuf.MessageLite;
import java.util.concurrent.CompletableFuture;

/** A command that somebody awaits. */
final class Proposal {
  private final Command command;
  private final int size;
  private final long since;
  private final CompletableFuture<MessageLite> result = new CompletableFuture<>();
  private volatile boolean isHandedOver;

  /**
   * @param since when it was asked for
   */
  Proposal(Command command, long since) {
    this.command = command;
    this.size = command.getSerializedSize();
    this.since = since;
  }

  long requestId() {
    return command.getRequestId();
  }

  Command command() {
    return command;
  }

  int size() {
    return size;
  }

  long since() {
    return since;
  }

  /** Completes when this member has applied the command. Cancelled by whoever lost interest. */
  CompletableFuture<MessageLite> result() {
    return result;
  }

  /** Whether it may be on its way into the log. */
  boolean isHandedOver() {
    return isHandedOver;
  }

  void handedOver(boolean isSo) {
    isHandedOver = isSo;
  }
}
