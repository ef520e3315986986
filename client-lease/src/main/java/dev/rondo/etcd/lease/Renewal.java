package dev.rondo.etcd.lease;

import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.balancer.internal.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The renewal of one lease, for all who want it: it rests until it is due, and then waits to be
 * sent and answered. Touched by the renewer's tasks only.
 */
final class Renewal {
  private final LeaseRenewer renewer;
  private final LeaseId id;
  private final Set<RenewalListener> listeners = new LinkedHashSet<>();
  private boolean isWaiting;
  private long due; // means something while resting
  private @Nullable Timer timer; // ends the rest, or the patience

  Renewal(LeaseRenewer renewer, LeaseId id) {
    this.renewer = renewer;
    this.id = id;
  }

  LeaseId id() {
    return id;
  }

  boolean isWanted() {
    return !listeners.isEmpty();
  }

  void add(RenewalListener listener) {
    long first = listener.firstDue();
    if (!isWaiting && (!isWanted() || first - due < 0)) {
      restUntil(first);
    }
    listeners.add(listener);
  }

  void remove(RenewalListener listener) {
    listeners.remove(listener);
  }

  /** Gives up, without a word to those who want it. */
  void stop() {
    listeners.clear();
    Timer.stop(timer);
  }

  private void restUntil(long nextDue) {
    isWaiting = false;
    due = nextDue;
    setTimer(nextDue - renewer.now(), this::fallDue);
  }

  private void fallDue() {
    isWaiting = true;
    awaitAnswer();
    renewer.send(this);
  }

  void sent() {
    listeners.forEach(RenewalListener::sent);
    awaitAnswer();
  }

  /** Begins to wait for an answer, with new patience. */
  void awaitAnswer() {
    setTimer(patience().toNanos(), () -> renewer.overdue(this));
  }

  private Duration patience() {
    return listeners.stream()
        .map(RenewalListener::patience)
        .min(Duration::compareTo)
        .orElseThrow(() -> new IllegalStateException("nobody waits for lease " + id));
  }

  void renewed(LeaseRenewal renewal, long sentAt) {
    OptionalLong next = OptionalLong.empty();
    for (var all = listeners.iterator(); all.hasNext(); ) {
      OptionalLong wanted = all.next().renewed(renewal, sentAt);
      if (wanted.isEmpty()) {
        all.remove();
      } else if (next.isEmpty() || wanted.getAsLong() - next.getAsLong() < 0) {
        next = wanted;
      }
    }
    next.ifPresent(this::restUntil);
  }

  void gone(String endpoint) {
    listeners.forEach(listener -> listener.gone(endpoint));
  }

  void unconfirmed(EtcdException reason) {
    listeners.forEach(listener -> listener.unconfirmed(reason));
  }

  void closed() {
    listeners.forEach(RenewalListener::closed);
  }

  private void setTimer(long nanos, Runnable task) {
    Timer.stop(timer);
    timer = renewer.after(nanos, task);
  }
}
