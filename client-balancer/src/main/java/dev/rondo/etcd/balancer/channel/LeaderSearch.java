package dev.rondo.etcd.balancer.channel;

import io.grpc.LoadBalancer.Helper;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks members who leads, as long as none of them names anybody: at leisure, or often where calls
 * wait for a leader; there also whether a quorum answers though the leader that was is lost to us.
 * In gRPC's synchronization context.
 */
final class LeaderSearch {
  private static final Duration LEISURE = Duration.ofSeconds(1);
  private static final Duration HURRY = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Helper helper;
  private final Questions questions;
  private final Leadership leadership;
  private final Supplier<Collection<EndpointLink>> links;
  private final Runnable onFound;
  private boolean isUrgent; // calls wait
  private @Nullable ScheduledHandle next;

  /**
   * Makes a search that has not begun.
   *
   * @param links whom to ask
   * @param onFound what to do when the leader is known to live
   */
  LeaderSearch(
      Helper helper,
      Questions questions,
      Leadership leadership,
      Supplier<Collection<EndpointLink>> links,
      Runnable onFound) {
    this.helper = helper;
    this.questions = questions;
    this.leadership = leadership;
    this.links = links;
    this.onFound = onFound;
  }

  /**
   * Begins, goes on, or ends.
   *
   * @param isUrgent whether calls wait for a leader
   */
  void goOn(boolean isUrgent) {
    if (next != null && isUrgent == this.isUrgent) {
      return;
    }
    if (next != null) {
      next.cancel();
      next = null;
    }
    this.isUrgent = isUrgent;
    if (isUrgent || leadership.isUnknown()) {
      next =
          helper
              .getSynchronizationContext()
              .schedule(
                  this::turn,
                  (isUrgent ? HURRY : LEISURE).toMillis(),
                  TimeUnit.MILLISECONDS,
                  helper.getScheduledExecutorService());
    }
  }

  private void turn() {
    next = null;
    links.get().forEach(EndpointLink::ask);
    if (isUrgent && leadership.isMissing()) {
      links.get().forEach(this::askQuorum);
    }
    goOn(isUrgent);
  }

  private void askQuorum(EndpointLink link) {
    if (link.isConnected() && link.isVoter()) {
      askQuorum(link.line());
    }
  }

  /** Asks whether a quorum answers through the member at the end of this line. */
  void askQuorum(Line line) {
    if (!line.mayAskQuorum()) {
      return;
    }
    boolean wasMissing = leadership.isMissing();
    long term = leadership.term();
    questions.quorum(
        line,
        LIMIT,
        isThere ->
            helper
                .getSynchronizationContext()
                .execute(
                    () -> {
                      line.quorumWasAnswered(isThere);
                      if (isThere && wasMissing && term == leadership.term()) {
                        leadership.alive();
                        onFound.run();
                      }
                    }));
  }
}
