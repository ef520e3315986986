package dev.rondo.etcd.benchmarks;

import java.util.Arrays;

/** The middle one of some numbers, the least and the greatest. */
public record Spread(double median, double least, double greatest) {
  /** Returns that of at least one number; of an even count, halfway between the middle two. */
  public static Spread of(double... numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
