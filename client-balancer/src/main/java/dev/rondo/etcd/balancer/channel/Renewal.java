package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Connection;
import io.grpc.ConnectivityStateInfo;
import io.grpc.LoadBalancer.Helper;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts another connection, with the credentials of now, in the place of the one that a link has. If
 * it cannot be made, the one there is stays, and it is tried again later. In gRPC's synchronization
 * context.
 */
final class Renewal {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** A connection that could not be renewed is up, so there is time for the next try. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final EndpointLink link;
  private final Helper helper;
  private final ChannelSetup setup;
  private @Nullable Successor successor; // only while the link is connected
  private @Nullable ScheduledHandle next;
  private @Nullable Status failure; // of the last try
  private Runnable after = () -> {};

  Renewal(EndpointLink link, Helper helper, ChannelSetup setup) {
    this.link = link;
    this.helper = helper;
    this.setup = setup;
  }

  /** Why the last try failed; null if none did since the link was connected. */
  @Nullable Status failure() {
    return failure;
  }

  /**
   * Begins.
   *
   * @param then called once the endpoint needs no more waiting for
   */
  void start(Runnable then) {
    stop();
    after = then;
    Line made = link.newLine();
    successor = new Successor(made, setup.questions(), helper, this::introduced, this::failed);
    made.connect();
  }

  /** Takes in how the connection that is being made stands. */
  void changed(Line line, ConnectivityStateInfo change) {
    if (successor != null && line == successor.line()) {
      successor.changed(change);
    }
  }

  private void introduced(@Nullable MemberReport said, Status status) {
    Status objection = link.objection(said, status);
    if (objection != null) {
      failed(objection);
      return;
    }
    Line made = Objects.requireNonNull(successor).handOver();
    successor = null;
    failure = null;
    link.succeededBy(made, said);
    goOn();
  }

  private void failed(Status reason) {
    Status why = setup.credentials().explained(reason);
    if (failure == null || !Reason.of(failure).equals(Reason.of(why))) {
      log.warn(
          "the connection to {} is kept, for none could be made with the new credentials: {}",
          link.endpoint(),
          Reason.of(why));
    }
    stop();
    failure = why;
    link.stand();
    next =
        helper
            .getSynchronizationContext()
            .schedule(
                () -> start(() -> {}),
                PAUSE.toNanos(),
                TimeUnit.NANOSECONDS,
                helper.getScheduledExecutorService());
  }

  /** Ends what is under way; whoever waits for it waits no longer. */
  void stop() {
    failure = null;
    if (next != null) {
      next.cancel();
      next = null;
    }
    if (successor != null) {
      successor.giveUp();
      successor = null;
    }
    goOn();
  }

  private void goOn() {
    Runnable then = after;
    after = () -> {};
    helper.getSynchronizationContext().execute(then); // after what is being done here
  }
}
