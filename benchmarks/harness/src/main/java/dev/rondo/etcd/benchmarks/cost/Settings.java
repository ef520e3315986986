package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Contestant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
        --clients=NAME,NAME    only these beside the stub, such as Rondo
        --profiles=FOLDER      leave a flight recording of each client there; costs time of its own
      """;

  private int rounds = 11;
  private long roundMillis = 1000;
  private long warmUpMillis = 1500;
  private List<Integer> inFlight = List.of(1, 64, 512);
  private List<String> wantedCells = List.of("");
  private List<String> wantedClients = List.of("");
  private Optional<Path> profiles = Optional.empty();

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
      case "--clients" ->
          wantedClients = Stream.concat(Stream.of(Benchmark.STUB), list(value)).toList();
      case "--profiles" -> profiles = Optional.of(Path.of(value));
      default -> throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
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

  boolean wants(Contestant client) {
    return wantedClients.stream().anyMatch(client.name()::startsWith);
  }

  /** What makes {@code client} leave a flight recording, if that is wanted. */
  List<String> profiling(Contestant client) {
    return profiles.stream()
        .map(folder -> folder.resolve(client.name().replace(' ', '-') + ".jfr"))
        .map(file -> "-XX:StartFlightRecording=settings=profile,filename=" + file)
        .toList();
  }
}
