package dev.rondo.etcd.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a run is made.
 *
 * @param rounds of each client in each cell
 * @param round how long each lasts
 * @param warmUp how long each client runs each cell before the first round
 * @param cells what is measured
 * @param clients names of clients to compare with the stub, or none for all
 * @param profiles where to leave a flight recording of each client, which costs time of its own
 */
record Settings(
    int rounds,
    Duration round,
    Duration warmUp,
    List<Cell> cells,
    List<String> clients,
    Optional<Path> profiles) {
  static final Settings DEFAULT =
      new Settings(
          11,
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Cell.all(List.of(1, 64, 512)),
          List.of(),
          Optional.empty());

  static final String USAGE =
      """
      options:
        --rounds=11            rounds of each client in each cell
        --round-millis=1000    how long each lasts
        --warm-up-millis=3000  how long each client runs each cell first
        --in-flight=1,64,512   how many calls at a time
        --cells=TEXT,TEXT      only the cells that contain one of these, such as async or "get 64"
        --clients=NAME,NAME    only these beside the stub, such as Rondo
        --profiles=FOLDER      leave a flight recording of each client there""";

  static Settings parse(List<String> arguments) {
    Settings settings = DEFAULT;
    for (String argument : arguments) {
      settings = settings.with(argument);
    }
    return settings;
  }

  private Settings with(String argument) {
    String[] nameAndValue = argument.split("=", 2);
    if (nameAndValue.length < 2) {
      throw new IllegalArgumentException("unknown option " + argument + "\n" + USAGE);
    }
    String value = nameAndValue[1];
    return switch (nameAndValue[0]) {
      case "--rounds" ->
          new Settings(Integer.parseInt(value), round, warmUp, cells, clients, profiles);
      case "--round-millis" ->
          new Settings(rounds, millis(value), warmUp, cells, clients, profiles);
      case "--warm-up-millis" ->
          new Settings(rounds, round, millis(value), cells, clients, profiles);
      case "--in-flight" ->
          new Settings(
              rounds,
              round,
              warmUp,
              Cell.all(Stream.of(value.split(",", -1)).map(Integer::valueOf).toList()),
              clients,
              profiles);
      case "--cells" -> new Settings(rounds, round, warmUp, only(value), clients, profiles);
      case "--clients" ->
          new Settings(rounds, round, warmUp, cells, List.of(value.split(",", -1)), profiles);
      case "--profiles" ->
          new Settings(rounds, round, warmUp, cells, clients, Optional.of(Path.of(value)));
      default -> throw new IllegalArgumentException("unknown option " + argument + "\n" + USAGE);
    };
  }

  private static Duration millis(String value) {
    return Duration.ofMillis(Long.parseLong(value));
  }

  private List<Cell> only(String value) {
    List<String> wanted = Arrays.asList(value.split(",", -1));
    return cells.stream()
        .filter(cell -> wanted.stream().anyMatch((" " + cell + " ")::contains))
        .toList();
  }

  boolean wants(Contestant client) {
    return clients.isEmpty()
        || Stream.concat(Stream.of(Contestant.STUB), clients.stream())
            .anyMatch(name -> client.name().startsWith(name));
  }
}
