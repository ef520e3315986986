package dev.rondo.etcd.balancer;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which groups of endpoints take part: the first, and with it each further one as long as no
 * endpoint of the better ones is connected. A group joins once every endpoint before it could not
 * be reached, or was not connected for a second. Confined to one thread.
 */
final class GroupsInUse {
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Set<Endpoint> connected = new HashSet<>();
  private final Set<Endpoint> failed = new HashSet<>(); // since they were connected last
  private List<List<Endpoint>> groups = List.of();
  private int used = 1;
  private long waitingSince; // while none is connected

  GroupsInUse(long now) {
    waitingSince = now;
  }

  /** The endpoints that take part, each once, the best first. */
  List<Endpoint> list() {
    return groups.stream().limit(used).flatMap(List::stream).distinct().toList();
  }

  /** Takes other groups, the best first. What is connected goes on until better ones are. */
  void groups(List<List<Endpoint>> changed, long now) {
    groups = changed.stream().filter(group -> !group.isEmpty()).toList();
    update(now);
  }

  /** Hears how the endpoints stand that take part. */
  void statuses(List<EndpointStatus> statuses, long now) {
    boolean wasConnected = !connected.isEmpty();
    connected.clear();
    failed.retainAll(statuses.stream().map(EndpointStatus::endpoint).toList());
    for (EndpointStatus status : statuses) {
      switch (status.state()) {
        case CONNECTED -> {
          connected.add(status.endpoint());
          failed.remove(status.endpoint());
        }
        case DISCONNECTED -> failed.add(status.endpoint());
        case CONNECTING -> {} // for the first time or again
      }
    }
    if (wasConnected && connected.isEmpty()) {
      waitingSince = now;
    }
    update(now);
  }

  /** Lets the next group join if its time has come. */
  void update(long now) {
    for (int i = 0; i < groups.size(); i++) {
      if (groups.get(i).stream().anyMatch(connected::contains)) {
        used = i + 1;
        return;
      }
    }
    used = Math.min(used, Math.max(1, groups.size()));
    if (used < groups.size() && (failed.containsAll(list()) || isLate(now))) {
      used++;
      waitingSince = now;
    }
  }

  /** Whether a further group joins unless an endpoint is connected soon. */
  boolean isWaiting() {
    return used < groups.size() && connected.isEmpty();
  }

  private boolean isLate(long now) {
    return now - waitingSince >= PATIENCE.toNanos();
  }
}
