package dev.rondo.etcd.companion.lease;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the leases down during one leadership, and is dropped with it. Safe for use by many
 * threads.
 *
 * <p>Renewals and lookups touch only the countdown of their lease. The agenda is not told of a
 * renewal: when it comes to a lease that was renewed it enters it again. So it may know an earlier
 * time than the deadline, and never a later one.
 */
final class LeaderClock {
  /**
   * How many of the leases found at the start may expire within a second: three quarters of what
   * etcd revokes in a second, so that other leases find room.
   */
  static final int STARTING_EXPIRIES_PER_SECOND = 750;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private final long origin; // readings count from here, so that they can be compared
  private final long checkpointInterval;
  private final long retryInterval;
  private final Map<Long, Countdown> countdowns = new ConcurrentHashMap<>();
  private final Agenda expiries = new Agenda(); // guarded by this
  private final Agenda checkpoints = new Agenda(); // guarded by this

  LeaderClock(LongSupplier nanoTime, long checkpointInterval, long retryInterval) {
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
    this.checkpointInterval = checkpointInterval;
    this.retryInterval = retryInterval;
  }

  private long now() {
    return nanoTime.getAsLong() - origin;
  }

  /**
   * Starts the leases that a new leader finds: each has what it had left, and the extension. A
   * change of leaders aligns the deadlines of many leases, so they are spread over time.
   */
  synchronized void startAll(Collection<Lease> leases, long extension) {
    List<Lease> ordered = new ArrayList<>(leases);
    ordered.sort(Comparator.comparingLong(Lease::remainingNanos).thenComparingLong(Lease::id));
    long[] deadlines = new long[ordered.size()];
    long now = now();
    for (int i = 0; i < deadlines.length; i++) {
      deadlines[i] = now + ordered.get(i).remainingNanos() + extension;
      int secondBefore = i - STARTING_EXPIRIES_PER_SECOND;
      if (secondBefore >= 0) {
        deadlines[i] = Math.max(deadlines[i], deadlines[secondBefore] + SECOND);
      }
      start(ordered.get(i), deadlines[i]);
    }
  }

  /** Starts a lease that was granted just now. */
  synchronized void start(Lease lease) {
    start(lease, now() + lease.grantedNanos());
  }

  private void start(Lease lease, long deadline) {
    var countdown = new Countdown(lease, this::now, deadline);
    countdowns.put(lease.id(), countdown);
    expiries.put(countdown, deadline);
    if (lease.grantedNanos() > checkpointInterval) {
      checkpoints.put(countdown, now() + checkpointInterval);
    }
  }

  synchronized void stop(long id) {
    var countdown = countdowns.remove(id);
    if (countdown != null) {
      expiries.remove(countdown);
      checkpoints.remove(countdown);
    }
  }

  @Nullable Countdown find(long id) {
    return countdowns.get(id);
  }

  /** Returns false if the lease has run out. */
  boolean renew(Countdown countdown) {
    long before = countdown.deadline();
    if (!countdown.restart()) {
      return false;
    }
    if (countdown.deadline() < before) { // what it had was extended when this leadership began
      bringForward(countdown);
    }
    return true;
  }

  private synchronized void bringForward(Countdown countdown) {
    if (countdowns.get(countdown.lease().id()) == countdown) {
      expiries.put(countdown, countdown.deadline());
    }
  }

  synchronized List<Long> expired(int limit) {
    List<Long> expired = new ArrayList<>();
    long now = now();
    while (expired.size() < limit) {
      var due = expiries.takeDue(now);
      if (due == null) {
        break;
      }
      var countdown = due.countdown();
      long deadline = countdown.deadline();
      if (deadline > due.time()) { // it was renewed; its turn comes later, in this pass perhaps
        expiries.put(countdown, deadline);
      } else {
        expiries.put(countdown, now + retryInterval);
        expired.add(countdown.lease().id());
      }
    }
    return expired;
  }

  synchronized List<Lessor.Checkpoint> checkpointsDue(int limit) {
    List<Lessor.Checkpoint> checkpointed = new ArrayList<>();
    long now = now();
    while (checkpointed.size() < limit) {
      var due = checkpoints.takeDue(now);
      if (due == null) {
        break;
      }
      // Entered again whatever becomes of this one: it may get lost on its way through the log.
      checkpoints.put(due.countdown(), now + checkpointInterval);
      long remainingSeconds = secondsRoundedUp(due.countdown().deadline() - now);
      var lease = due.countdown().lease();
      if (remainingSeconds > 0 && remainingSeconds < lease.grantedSeconds()) {
        checkpointed.add(new Lessor.Checkpoint(lease.id(), remainingSeconds));
      }
    }
    return checkpointed;
  }

  private static long secondsRoundedUp(long nanos) {
    return -Math.floorDiv(-nanos, SECOND);
  }

  /** The lease that runs out first comes first. */
  List<Long> ids() {
    record Deadline(long time, long id) {}
    return countdowns.values().stream()
        .map(countdown -> new Deadline(countdown.deadline(), countdown.lease().id()))
        .sorted(Comparator.comparingLong(Deadline::time).thenComparingLong(Deadline::id))
        .map(Deadline::id)
        .toList();
  }
}
