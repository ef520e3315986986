package dev.rondo.etcd.balancer.channel;

import io.grpc.ConnectivityStateInfo;
import io.grpc.LoadBalancer.Helper;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A second line to an endpoint that is connected, made to take the place of the first: it connects,
 * and asks the member who it is. In gRPC's synchronization context.
 */
final class Successor {
  private final Line line;
  private final Questions questions;
  private final Helper helper;
  private final BiConsumer<@Nullable MemberReport, Status> onIntroduced;
  private final Consumer<Status> onFailure;
  private final ScheduledHandle timer;
  private boolean isConnected;
  private boolean isOver;

  /**
   * Follows a line that is about to connect.
   *
   * @param onIntroduced hears what the member says of itself, or null and why it says nothing
   * @param onFailure hears why the line could not be made
   */
  Successor(
      Line line,
      Questions questions,
      Helper helper,
      BiConsumer<@Nullable MemberReport, Status> onIntroduced,
      Consumer<Status> onFailure) {
    this.line = line;
    this.questions = questions;
    this.helper = helper;
    this.onIntroduced = onIntroduced;
    this.onFailure = onFailure;
    this.timer =
        helper
            .getSynchronizationContext()
            .schedule(
                this::late,
                EndpointLink.CONNECT_LIMIT.toNanos(),
                TimeUnit.NANOSECONDS,
                helper.getScheduledExecutorService());
  }

  Line line() {
    return line;
  }

  void changed(ConnectivityStateInfo change) {
    if (isOver) {
      return;
    }
    switch (change.getState()) {
      case READY -> introduce();
      case TRANSIENT_FAILURE -> onFailure.accept(change.getStatus());
      case IDLE -> {
        if (isConnected) {
          onFailure.accept(EndpointLink.CONNECTION_LOST);
        }
      }
      case CONNECTING, SHUTDOWN -> {}
    }
  }

  private void introduce() {
    isConnected = true;
    questions.status(
        line,
        EndpointLink.CONNECT_LIMIT,
        (said, status) ->
            helper.getSynchronizationContext().execute(() -> introduced(said, status)));
  }

  private void introduced(@Nullable MemberReport said, Status status) {
    if (!isOver) {
      onIntroduced.accept(said, status);
    }
  }

  private void late() {
    if (!isOver) {
      onFailure.accept(EndpointLink.NOT_ANSWERED);
    }
  }

  /** Returns the line, which is another's to follow from now on. */
  Line handOver() {
    end();
    return line;
  }

  /** Nobody wants it any more. */
  void giveUp() {
    end();
    line.retire(Status.CANCELLED.withDescription("the connection was not needed after all"));
  }

  private void end() {
    isOver = true;
    timer.cancel();
  }
}
