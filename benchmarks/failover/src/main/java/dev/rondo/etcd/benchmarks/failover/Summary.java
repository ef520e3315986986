package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Spread;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one client went through in one row: medians of its rounds, but for the writes applied twice,
 * of which each counts.
 */
record Summary(
    double failedReads,
    double failedWrites,
    double unknownWrites,
    double readGap,
    double writeGap,
    double usedAgain,
    double throughput,
    int appliedTwice) {
  static Summary of(List<Figures> rounds) {
    return new Summary(
        median(rounds, Figures::failedReads),
        median(rounds, Figures::failedWrites),
        median(rounds, Figures::unknownWrites),
        median(rounds, Figures::readGap),
        median(rounds, Figures::writeGap),
        median(rounds, Figures::usedAgain),
        median(rounds, Figures::throughput),
        rounds.stream().mapToInt(Figures::appliedTwice).sum());
  }

  private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
    return Spread.of(rounds.stream().mapToDouble(figure).toArray()).median();
  }
}
