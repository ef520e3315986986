package dev.rondo.etcd.companion.engine;

import dev.rondo.etcd.companion.consensus.Leadership;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this member hears about leaders. Told by one thread, asked by any.
 *
 * <p>Listeners are told that something changed, not what: they ask, and so can come late or twice
 * without harm.
 */
final class Leaders {
  private static final Logger log = LoggerFactory.getLogger(Leaders.class);

  /**
   * @param elections how many leaders were new when they were heard of
   * @param electedAt when the last of them was
   */
  private record Heard(Leadership now, long elections, long electedAt) {}

  private final Workers workers;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Heard heard = new Heard(new Leadership(0, Leadership.NONE, false), 0, 0);

  Leaders(Workers workers) {
    this.workers = workers;
  }

  /** Called by one thread. */
  void change(Leadership now) {
    var before = heard;
    boolean isNew =
        now.isKnown() && (now.leader() != before.now.leader() || now.term() != before.now.term());
    heard =
        isNew
            ? new Heard(now, before.elections + 1, workers.now())
            : new Heard(now, before.elections, before.electedAt);
    log.debug("leadership is now {}", now);
    listeners.forEach(Runnable::run);
  }

  /** Runs the listener now and after each change, by any thread. */
  void onChange(Runnable listener) {
    listeners.add(listener);
    listener.run();
  }

  Leadership now() {
    return heard.now;
  }

  /** Grows with each new leader. */
  long elections() {
    return heard.elections;
  }

  /**
   * Whether what began at {@code start} may have been lost with a leader: whether a new one came
   * soon after. The rule is etcd's.
   */
  boolean isBeforeElection(long start, Duration electionTimeout) {
    var now = heard;
    if (now.elections == 0) {
      return false;
    }
    long sinceStart = now.electedAt - start;
    return sinceStart > 0 && sinceStart < electionTimeout.multipliedBy(2).toNanos();
  }
}
