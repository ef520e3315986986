package dev.rondo.etcd.benchmarks.watches;

import dev.rondo.etcd.benchmarks.Contestant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a run is made, as the command line says. */
final class WatchSettings {
  static final String USAGE =
      """
      options:
        --rounds=7             rounds of each client
        --round-millis=5000    how long each listens, twice
        --warm-up-millis=2000  how long it does so before that is counted
        --watches=10000        how many idle watches are created
        --clients=NAME,NAME    only these beside the stub, such as Rondo
        --profiles=FOLDER      leave a flight recording of each client there; costs time of its own
      """;

  private int rounds = 7;
  private long roundMillis = 5_000;
  private long warmUpMillis = 2_000;
  private int watches = 10_000;
  private List<String> wantedClients = List.of("");
  private Optional<Path> profiles = Optional.empty();

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
      case "--clients" ->
          wantedClients =
              Stream.concat(Stream.of(WatchBenchmark.STUB), Stream.of(value.split(",", -1)))
                  .toList();
      case "--profiles" -> profiles = Optional.of(Path.of(value));
      default -> throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
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
