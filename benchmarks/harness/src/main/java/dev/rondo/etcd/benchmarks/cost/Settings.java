package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Lineup;
import java.util.List;
import java.util.stream.Stream;

/** How a run is made, as the command line says. */
final class Settings {
  static final String USAGE =
      """
      options:
        --rounds=11            rounds of each client in each cell
        --round-millis=1000    how long each lasts
        --warm-up-millis=1500  how long each client runs each cell first, twice
        --in-flight=1,64,512   how many calls at a time
        --cells=TEXT,TEXT      only the cells that contain one of these, such as async or "get 64"
      """
          + Lineup.USAGE;

  private int rounds = 11;
  private long roundMillis = 1000;
  private long warmUpMillis = 1500;
  private List<Integer> inFlight = List.of(1, 64, 512);
  private List<String> wantedCells = List.of("");
  private final Lineup lineup = new Lineup();

  private Settings() {}

  static Settings parse(List<String> options) {
    Settings settings = new Settings();
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
      case "--in-flight" -> inFlight = list(value).map(Integer::valueOf).toList();
      case "--cells" -> wantedCells = list(value).toList();
      default -> {
        if (!lineup.set(nameAndValue[0], value)) {
          throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
        }
      }
    }
  }

  private static Stream<String> list(String value) {
    return Stream.of(value.split(",", -1));
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

  List<Cell> cells() {
    return Cell.all(inFlight).stream()
        .filter(cell -> wantedCells.stream().anyMatch(cell.toString()::contains))
        .toList();
  }

  Lineup lineup() {
    return lineup;
  }
}
