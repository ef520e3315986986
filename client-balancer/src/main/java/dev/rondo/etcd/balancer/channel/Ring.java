package dev.rondo.etcd.balancer.channel;

import dev.rondo.etcd.balancer.Endpoint;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands out the connected endpoints in turn. A change in what is connected means a new ring; the
 * cursor goes from one to the next, so that a change does not favour the first endpoint. Called on
 * any thread.
 *
 * <p>An attempt that repeats another takes no turn, or calls that are all repeated alike would keep
 * step with the cursor and all begin at the same endpoint. It goes to any of the others, so that
 * what one endpoint refuses does not all fall on its neighbour.
 */
final class Ring extends SubchannelPicker {
  /** One place in the ring. */
  record Place(Endpoint endpoint, PickResult pick) {}

  private final Place[] connected;
  private final Map<Endpoint, Status> failures;
  private final AtomicInteger cursor;

  /**
   * Makes a ring.
   *
   * @param connected the endpoints that calls may go to, possibly none
   * @param failures why the others cannot be reached, for those that were tried to the end
   * @param cursor shared by the rings of one channel
   */
  Ring(List<Place> connected, Map<Endpoint, Status> failures, AtomicInteger cursor) {
    this.connected = connected.toArray(new Place[0]);
    this.failures = Map.copyOf(failures);
    this.cursor = cursor;
  }

  @Override
  public PickResult pickSubchannel(PickSubchannelArgs args) {
    Attempt attempt = Attempt.of(args.getCallOptions());
    Endpoint pinned = attempt == null ? null : attempt.pinned();
    if (pinned != null) {
      return only(pinned);
    }
    if (connected.length == 0) {
      return PickResult.withNoResult(); // waits for the next ring, or for its deadline
    }
    return attempt != null && attempt.isRepeat() ? other(attempt) : next();
  }

  private PickResult next() {
    return connected[Math.floorMod(cursor.getAndIncrement(), connected.length)].pick;
  }

  private PickResult other(Attempt attempt) {
    List<Place> others =
        Arrays.stream(connected).filter(place -> !attempt.avoids(place.endpoint)).toList();
    // to go on where it failed is better than to go nowhere
    List<Place> choice = others.isEmpty() ? List.of(connected) : others;
    return choice.get(ThreadLocalRandom.current().nextInt(choice.size())).pick;
  }

  /**
   * A call that wants this endpoint alone waits for its first connection, and fails at once after a
   * failed one.
   */
  private PickResult only(Endpoint pinned) {
    for (Place place : connected) {
      if (place.endpoint.equals(pinned)) {
        return place.pick;
      }
    }
    Status failure = failures.get(pinned);
    return failure == null ? PickResult.withNoResult() : PickResult.withDrop(failure);
  }

  @Override
  public String toString() {
    return "Ring" + List.of(connected);
  }
}
