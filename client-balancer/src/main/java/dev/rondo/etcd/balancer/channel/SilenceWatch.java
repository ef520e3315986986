package dev.rondo.etcd.balancer.channel;

import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Looks at all lines ten times a second, as long as attempts are on any of them: asks those that
 * are silent while an answer is due, cuts off those that do not answer that either, and moves reads
 * from members that cannot answer them to those that can.
 *
 * <p>A tick that comes late counts for nothing: this process had no processor meanwhile, so nobody
 * can be blamed for silence.
 */
final class SilenceWatch {
  private static final long TICK_NANOS = SilenceLimits.TICK.toNanos();

  private final SynchronizationContext context;
  private final ScheduledExecutorService scheduler;
  private final SilenceLimits limits;
  private final Consumer<Line> ask;
  private final Consumer<Line> askQuorum;
  private final ReadPatience patience = new ReadPatience();
  private final AtomicBoolean isRunning = new AtomicBoolean();
  private final Set<Line> lines = new LinkedHashSet<>(); // in the synchronization context
  private long lastNanos; // in the synchronization context
  private volatile int now;

  /**
   * Makes a watch.
   *
   * @param ask asks the member at the end of a line for its status
   * @param askQuorum asks it whether it has a quorum
   */
  SilenceWatch(
      SynchronizationContext context,
      ScheduledExecutorService scheduler,
      SilenceLimits limits,
      Consumer<Line> ask,
      Consumer<Line> askQuorum) {
    this.context = context;
    this.scheduler = scheduler;
    this.limits = limits;
    this.ask = ask;
    this.askQuorum = askQuorum;
  }

  Pulse newPulse() {
    return new Pulse(limits);
  }

  void add(Line line) {
    lines.add(line);
  }

  /** The tick of this moment. Called on any thread. */
  int now() {
    return now;
  }

  /** Makes it tick, if it does not. Called on any thread, for every attempt. */
  void wake() {
    if (!isRunning.get() && isRunning.compareAndSet(false, true)) {
      context.execute(
          () -> {
            lastNanos = System.nanoTime();
            next();
          });
    }
  }

  /** A read was answered. Called on any thread. */
  void answered(Attempt attempt) {
    patience.answered(attempt.age(now));
  }

  private void next() {
    if (!scheduler.isShutdown()) {
      var unused = context.schedule(this::tick, TICK_NANOS, TimeUnit.NANOSECONDS, scheduler);
    }
  }

  private void tick() {
    long nanos = System.nanoTime();
    boolean isLate = nanos - lastNanos > 2 * TICK_NANOS;
    lastNanos = nanos;
    if (!isLate) {
      look();
    }
    lines.removeIf(line -> line.isEnded() && line.isIdle());
    if (lines.stream().allMatch(Line::isIdle)) {
      isRunning.set(false);
      if (lines.stream().allMatch(Line::isIdle)) {
        return; // whoever comes now wakes it again
      }
      if (!isRunning.compareAndSet(false, true)) {
        return; // somebody did
      }
    }
    next();
  }

  private void look() {
    int tick = now + 1;
    now = tick; // no other thread writes it
    List<Line> heard = new ArrayList<>();
    for (Line line : lines) {
      line.sweep();
      if (line.takeHeard()) {
        heard.add(line);
      }
    }
    List<Line> silent = new ArrayList<>();
    for (Line line : lines) {
      switch (verdict(line, heard)) {
        case FINE -> {}
        case PROBE -> lines.stream().filter(each -> !each.isEnded()).forEach(ask);
        case SILENT -> silent.add(line);
      }
      moveSlowReads(line, tick);
    }
    silent.forEach(Line::silent);
  }

  private static Pulse.Verdict verdict(Line line, Collection<Line> heard) {
    boolean hasCalls = false;
    boolean hasStreams = false;
    for (Attempt attempt : line.attempts()) {
      hasCalls |= attempt.kind() != Attempt.Kind.STREAM;
      hasStreams |= attempt.kind() == Attempt.Kind.STREAM;
    }
    boolean isHeard = heard.contains(line);
    return line.pulse().tick(isHeard, hasCalls, hasStreams, heard.size() > (isHeard ? 1 : 0));
  }

  /**
   * Reads that take long lead to the question whether their member can read at all. They leave it
   * if it cannot answer that, and another can. One that is slow because it is large stays, and so
   * do all while there is no leader: there is nowhere better to go then.
   */
  private void moveSlowReads(Line line, int tick) {
    int limit = patience.ticks();
    int suspicious = limit - limits.probeTicks();
    boolean isSuspected = false;
    boolean isStuck = isStuck(line, tick);
    for (Attempt attempt : line.attempts()) {
      if (attempt.kind() != Attempt.Kind.READ || attempt.route().pinned() != null) {
        continue;
      }
      isSuspected |= attempt.age(tick) >= suspicious;
      if (isStuck && attempt.age(tick) >= limit) {
        attempt.leave(
            Status.UNAVAILABLE.withDescription(
                "no answer to this read, nor to another one, while other endpoints answer"));
      }
    }
    if (isSuspected) {
      lines.stream()
          .filter(each -> each.isUp() && tick - each.lastQuorum() >= limits.probeTicks())
          .forEach(askQuorum);
    }
  }

  /** Whether the member has not answered for long that it can read, and another has since. */
  private boolean isStuck(Line line, int tick) {
    int since = line.withoutQuorumSince();
    return since >= 0
        && tick - since >= limits.probeTicks()
        && lines.stream()
            .anyMatch(each -> each != line && each.isUp() && each.lastQuorum() >= since);
  }
}
