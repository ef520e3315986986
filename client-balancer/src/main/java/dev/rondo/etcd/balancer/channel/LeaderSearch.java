package dev.rondo.etcd.balancer.channel;

import io.grpc.LoadBalancer.Helper;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks members, as long as calls wait for a leader: until one names it, or until a quorum answers
 * though the leader that was is lost to us. In gRPC's synchronization context.
 */
final class LeaderSearch {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Helper helper;
  private final Questions questions;
  private final Leadership leadership;
  private final Supplier<Collection<EndpointLink>> links;
  private final Runnable onFound;
  private boolean isWanted;
  private boolean isWaiting; // for the next turn

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

  /** Begins, goes on, or ends. */
  void wanted(boolean isWanted) {
    this.isWanted = isWanted;
    if (isWanted && !isWaiting) {
      isWaiting = true;
      var unused =
          helper
              .getSynchronizationContext()
              .schedule(
                  this::turn,
                  PAUSE.toMillis(),
                  TimeUnit.MILLISECONDS,
                  helper.getScheduledExecutorService());
    }
  }

  private void turn() {
    isWaiting = false;
    if (isWanted) {
      links.get().forEach(EndpointLink::ask);
      if (leadership.isMissing()) {
        links.get().forEach(this::askQuorum);
      }
      wanted(isWanted);
    }
  }

  private void askQuorum(EndpointLink link) {
    if (!link.isConnected() || !link.isVoter() || !link.line().mayAskQuorum()) {
      return;
    }
    Line line = link.line();
    long term = leadership.term();
    questions.quorum(
        line,
        LIMIT,
        isAlive -> helper.getSynchronizationContext().execute(() -> answered(line, term, isAlive)));
  }

  private void answered(Line line, long term, boolean isAlive) {
    line.quorumWasAnswered();
    if (isAlive && term == leadership.term()) {
      leadership.alive();
      onFound.run();
    }
  }
}
