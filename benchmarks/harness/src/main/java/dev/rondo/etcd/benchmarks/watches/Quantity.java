package dev.rondo.etcd.benchmarks.watches;

import java.util.Locale;

/** What is measured of each client, and what is wanted of Rondo. */
enum Quantity {
  CREATION("all idle watches created", "%.0f ms", false, 5_000, true),
  HEAP("heap of an idle watch", "%.0f B", false, 2_048, true),
  FLOOD("one watch, batches of 100: events per CPU second", "%.0f", true, 0.8, false),
  PACED("1,000 watches, 1,000 events a second: CPU per event", "%.1f µs", true, 1.3, true);

  private final String title;
  private final String format;
  private final boolean isRatio; // to the stub's
  private final double goal;
  private final boolean isLimit; // or else the least that is wanted

  Quantity(String title, String format, boolean isRatio, double goal, boolean isLimit) {
    this.title = title;
    this.format = format;
    this.isRatio = isRatio;
    this.goal = goal;
    this.isLimit = isLimit;
  }

  String title() {
    return title;
  }

  /** Whether the goal is one for the ratio to the stub. */
  boolean isRatio() {
    return isRatio;
  }

  boolean isKept(double value) {
    return isLimit ? value <= goal : value >= goal;
  }

  String goal() {
    return (isLimit ? "at most " : "at least ") + (isRatio ? Double.toString(goal) : text(goal));
  }

  String text(double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
