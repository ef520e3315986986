package dev.rondo.etcd.benchmarks.watches;

import dev.rondo.etcd.benchmarks.Lineup;
import java.util.List;

/** How a run is made, as the command line says. */
final class WatchSettings {
  static final String USAGE =
      """
      options:
        --rounds=7             rounds of each client
        --round-millis=5000    how long each listens, twice
        --warm-up-millis=2000  how long it does so before that is counted
        --watches=10000        how many idle watches are created
      """
          + Lineup.USAGE;

  private int rounds = 7;
  private long roundMillis = 5_000;
  private long warmUpMillis = 2_000;
  private int watches = 10_000;
  private final Lineup lineup = new Lineup();

  private WatchSettings() {}

  static WatchSettings parse(List<String> options) {
    WatchSettings settings = new WatchSettings();
    options.forEach(settings::set);
    return settings;
  }

  private void set(String option) {
    String[] nameAndValue = option.split("=", 2);
    String value = nameAndValue[nameAndValue.length - 1];
    switch (nameAndValue[0]) {
      case "--rounds" -> rounds = Integer.parseInt(value);
      case "--round-millis" -> roundMillis = Long.parseLong(value);
      case "--warm-up-millis" -> warmUpMillis = Long.parseLong(value);
      case "--watches" -> watches = Integer.parseInt(value);
      default -> {
        if (!lineup.set(nameAndValue[0], value)) {
          throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
        }
      }
    }
  }

  int rounds() {
    return rounds;
  }

  long roundMillis() {
    return roundMillis;
  }

  long warmUpMillis() {
    return warmUpMillis;
  }

  int watches() {
    return watches;
  }

  Lineup lineup() {
    return lineup;
  }
}
