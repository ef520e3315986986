package dev.rondo.etcd.benchmarks.failover;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Compares Rondo with the best of the others, figure by figure: at most {@link #LIMIT} times as
 * bad, and under a silent follower gaps of at most {@link #SILENT_LIMIT} times theirs.
 */
final class Judgement {
  static final double LIMIT = 1.25;
  static final double SILENT_LIMIT = 0.1;

  /** How long the probe may take, in seconds, from whose answer on a member serves again. */
  private static final double PROBE = 0.05;

  private final Summary rondo;
  private final List<Summary> others;
  private final double pause;
  private final List<String> missed = new ArrayList<>();
  private final String gaps;

  /**
   * Judges one row.
   *
   * @param others at least one
   * @param pause of the callers, which their gaps include
   */
  Judgement(Row row, Summary rondo, List<Summary> others, Duration pause) {
    this.rondo = rondo;
    this.others = List.copyOf(others);
    this.pause = pause.toNanos() / 1e9;
    this.gaps =
        String.format(
            Locale.ROOT, "%.2f and %.2f", ratio(Summary::readGap), ratio(Summary::writeGap));
    DoubleUnaryOperator gap = row.isSilentFollower() ? best -> SILENT_LIMIT * best : this::gap;
    judge("readers' gap", Summary::readGap, gap);
    judge("writers' gap", Summary::writeGap, gap);
    judge("failed reads", Summary::failedReads, Judgement::count);
    judge("failed writes", Summary::failedWrites, Judgement::count);
    judge("used again", Summary::usedAgain, best -> within(PROBE, best));
    judge("applied twice", Summary::appliedTwice, Judgement::count);
    judge("throughput", summary -> 1 / summary.throughput(), Judgement::count);
  }

  private static double count(double best) {
    return LIMIT * best;
  }

  private double gap(double best) {
    return within(pause, best);
  }

  /** What differs by no more than {@code resolution} cannot be told apart. */
  private static double within(double resolution, double best) {
    return Math.max(LIMIT * best, best + resolution);
  }

  /**
   * Notes {@code figure}, of which less is better, if it is more than the best of others allows.
   */
  private void judge(String name, ToDoubleFunction<Summary> figure, DoubleUnaryOperator most) {
    if (figure.applyAsDouble(rondo) > most.applyAsDouble(best(figure))) {
      missed.add(name);
    }
  }

  private double ratio(ToDoubleFunction<Summary> figure) {
    return figure.applyAsDouble(rondo) / best(figure);
  }

  private double best(ToDoubleFunction<Summary> figure) {
    return others.stream().mapToDouble(figure).min().orElseThrow();
  }

  boolean isKept() {
    return missed.isEmpty();
  }

  /** Rondo's gaps for those of the best of the others, and what is beyond its limit. */
  @Override
  public String toString() {
    return gaps + (isKept() ? ", kept" : ", **missed**: " + String.join(", ", missed));
  }
}
