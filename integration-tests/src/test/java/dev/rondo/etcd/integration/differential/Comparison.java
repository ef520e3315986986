package dev.rondo.etcd.integration.differential;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two clusters that must answer alike.
 *
 * <p>They are started for the first program, cleared for each, and started anew after one that
 * could not be run to its end. Used by one thread.
 */
final class Comparison implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Comparison.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Supplier<Side> left;
  private final Supplier<Side> right;
  private final Predicate<Step> comparable;
  private @Nullable Pair pair;

  /**
   * @param comparable which steps both are meant to answer alike; others are left out
   */
  Comparison(Supplier<Side> left, Supplier<Side> right, Predicate<Step> comparable) {
    this.left = left;
    this.right = right;
    this.comparable = comparable;
  }

  /** Fails with the first difference, and a smaller program that shows one as well. */
  void run(Program program) {
    try {
      compare(program);
    } catch (Difference difference) {
      log.warn("making a smaller program that is answered differently", difference);
      compare(new Shrinker(this::differs).shrink(program));
      throw difference; // one that does not always come
    }
  }

  private boolean differs(Program program) {
    try {
      compare(program);
      return false;
    } catch (Difference e) {
      return true;
    }
  }

  private void compare(Program program) {
    var steps = program.steps().stream().filter(comparable).toList();
    try {
      var clear = clearPair();
      for (int i = 0; i < steps.size(); i++) {
        clear.take(steps.get(i), steps.subList(0, i + 1));
      }
      clear.compareWatches(steps);
      clear.compareRevisions(steps);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Pair clearPair() {
    if (pair == null) {
      pair = new Pair(left.get(), right.get());
    }
    try {
      pair.clear();
    } catch (RuntimeException e) {
      close(); // the program before has broken one of them
      pair = new Pair(left.get(), right.get());
      pair.clear();
    }
    return pair;
  }

  @Override
  public void close() {
    if (pair != null) {
      pair.left.close();
      pair.right.close();
      pair = null;
    }
  }

  private record Pair(Side left, Side right) {
    void clear() {
      long revision = Math.max(left.clear(), right.clear()) + 2;
      left.raiseTo(revision);
      right.raiseTo(revision);
      for (var side : List.of(left, right)) {
        if (side.revisions().stream().anyMatch(any -> any != revision)) {
          throw new IllegalStateException(
              "members of " + side + " cannot be brought to the same revision");
        }
      }
    }

    void take(Step step, List<Step> soFar) {
      var mine = left.take(step);
      var theirs = right.take(step);
      if (!mine.agreesWith(theirs)) {
        fail("the last step is answered", mine, theirs, soFar);
      }
    }

    void compareWatches(List<Step> steps) {
      if (!left.settles() || !right.settles()) {
        awaitSameWatches();
      }
      var mine = left.watched();
      var theirs = right.watched();
      if (!mine.equals(theirs)) {
        fail("watches are told", mine, theirs, steps);
      }
    }

    void compareRevisions(List<Step> steps) {
      var mine = left.revisions();
      var theirs = right.revisions();
      if (!mine.equals(theirs)) {
        fail("members have revisions", mine, theirs, steps);
      }
    }

    private void awaitSameWatches() {
      try {
        Awaitility.await()
            .pollInSameThread()
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> Objects.equals(left.watched(), right.watched()));
      } catch (ConditionTimeoutException e) {
        return; // whoever compares them sees the difference
      }
    }

    private void fail(String what, Object mine, Object theirs, List<Step> steps) {
      throw new Difference(
          "%s differently%n  %s: %s%n  %s: %s".formatted(what, left, mine, right, theirs),
          new Program(steps));
    }
  }
}
