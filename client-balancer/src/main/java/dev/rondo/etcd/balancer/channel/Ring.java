package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hands out the connected endpoints. A change in what is connected means a new ring. Called on any
 * thread.
 *
 * <p>An attempt that repeats another takes no turn, or calls that are all repeated alike would keep
 * step with the cursor and all begin at the same endpoint. It goes to any of the others, so that
 * what one endpoint refuses does not all fall on its neighbour.
 */
final class Ring extends SubchannelPicker {
  private final Line[] quorum;
  private final Line[] voters;
  private final Line[] all;
  private final Map<Endpoint, Status> failures;
  private final Map<Reach, Order> orders;

  /**
   * Makes a ring.
   *
   * @param places which lines attempts may go to
   * @param failures why the other endpoints cannot be reached, for those that were tried to the end
   * @param orders how to choose among the lines, the same for all rings of one channel
   */
  Ring(Places places, Map<Endpoint, Status> failures, Map<Reach, Order> orders) {
    this.quorum = places.quorum().toArray(new Line[0]);
    this.voters = places.voters().toArray(new Line[0]);
    this.all = places.all().toArray(new Line[0]);
    this.failures = Map.copyOf(failures);
    this.orders = orders;
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs args) {
    Attempt attempt = Attempt.of(args.getCallOptions());
    if (attempt == null) {
      Question<?> question = Question.of(args.getCallOptions());
      return question == null ? choose(Reach.VOTERS) : question.line().pick();
    }
    Route route = attempt.route();
    if (route.pinned() != null) {
      return only(route.pinned());
    }
    return route.earlier() > 0 || !route.avoided().isEmpty()
        ? other(within(route.reach()), route)
        : choose(route.reach());
  }

  private Line[] within(Reach reach) {
    return switch (reach) {
      case QUORUM -> quorum;
      case VOTERS -> voters;
      case ANY -> all;
    };
  }

  private PickResult choose(Reach reach) {
    Line[] lines = within(reach);
    return lines.length == 0
        ? PickResult.withNoResult() // waits for the next ring, or for its deadline
        : Objects.requireNonNull(orders.get(reach)).choose(lines).pick();
  }

  private PickResult other(Line[] lines, Route route) {
    Line[] others =
        Arrays.stream(lines)
            .filter(line -> !route.avoided().contains(line.endpoint()))
            .toArray(Line[]::new);
    // to go on where it failed is better than to go nowhere
    Line[] choice = others.length == 0 ? lines : others;
    return choice.length == 0
        ? PickResult.withNoResult()
        : choice[ThreadLocalRandom.current().nextInt(choice.length)].pick();
  }

  /**
   * A call that wants this endpoint alone waits for its first connection, and fails at once after a
   * failed one.
   */
  private PickResult only(Endpoint pinned) {
    for (Line line : all) {
      if (line.endpoint().equals(pinned)) {
        return line.pick();
      }
    }
    Status failure = failures.get(pinned);
    return failure == null ? PickResult.withNoResult() : PickResult.withDrop(failure);
  }

  @Override
  public String toString() {
    return "Ring" + List.of(all);
  }
}
