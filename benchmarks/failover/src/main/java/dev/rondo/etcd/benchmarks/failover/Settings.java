package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Contestant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a run is made, as the command line says. */
final class Settings {
  static final String USAGE =
      """
      options:
        --rounds=5              how often each row is measured
        --transport=NAME,NAME   plaintext, tls; both by default
        --faults=NAME,NAME      kill, freeze, black-hole, rolling-restart; all by default
        --victims=NAME,NAME     follower, leader; both by default
        --clients=NAME,NAME     Rondo, jetcd, IBM; all by default
        --fault-seconds=10      how long a member is down, frozen or silent
        --warm-up-seconds=5     how long clients call before anything counts
        --before-seconds=4      how long they are watched before the fault
        --after-seconds=12      and after it
        --readers=4             threads that read, for each client
        --writers=4             threads that write, for each client
        --pause-millis=10       the pause of a thread after each call
      """;

  /**
   * What goes by besides: cluster and clients start, calls under way end, doubles are looked for.
   */
  private static final Duration BESIDES = Duration.ofSeconds(9);

  private static final Duration ROLLING = Duration.ofSeconds(5);

  private int rounds = 5;
  private Set<Transport> transports = EnumSet.allOf(Transport.class);
  private Set<Fault> faults = EnumSet.allOf(Fault.class);
  private Set<Victim> victims = EnumSet.allOf(Victim.class);
  private List<String> clients = List.of("");
  private Duration fault = Duration.ofSeconds(10);
  private Duration warmUp = Duration.ofSeconds(5);
  private Duration before = Duration.ofSeconds(4);
  private Duration after = Duration.ofSeconds(12);
  private int readers = 4;
  private int writers = 4;
  private int pauseMillis = 10;

  private Settings() {}

  static Settings parse(List<String> options) {
    Settings settings = new Settings();
    options.forEach(settings::set);
    if (settings.rows().isEmpty()) {
      throw new IllegalArgumentException("these options leave nothing to measure: " + options);
    }
    return settings;
  }

  private void set(String option) {
    String[] nameAndValue = option.split("=", 2);
    String name = nameAndValue[0];
    String value = nameAndValue[nameAndValue.length - 1];
    switch (name) {
      case "--rounds" -> rounds = number(name, value);
      case "--transport" -> transports = some(Transport.class, name, value);
      case "--faults" -> faults = some(Fault.class, name, value);
      case "--victims" -> {
        victims = some(Victim.class, name, value);
        victims.add(Victim.EACH); // whoever is chosen, it is part of a rolling restart
      }
      case "--clients" -> clients = list(value).toList();
      case "--fault-seconds" -> fault = Duration.ofSeconds(number(name, value));
      case "--warm-up-seconds" -> warmUp = Duration.ofSeconds(number(name, value));
      case "--before-seconds" -> before = Duration.ofSeconds(number(name, value));
      case "--after-seconds" -> after = Duration.ofSeconds(number(name, value));
      case "--readers" -> readers = number(name, value);
      case "--writers" -> writers = number(name, value);
      case "--pause-millis" -> pauseMillis = number(name, value);
      default -> throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
    }
  }

  private static int number(String name, String value) {
    if (!value.matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(name + " must be at least 1, was " + value);
    }
    return Integer.parseInt(value);
  }

  private static <E extends Enum<E>> Set<E> some(Class<E> type, String name, String value) {
    Set<E> chosen = EnumSet.noneOf(type);
    for (String word : list(value).toList()) {
      chosen.add(
          choices(type)
              .filter(constant -> optionName(constant).equals(word))
              .findAny()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          name + " must be of " + optionNames(type) + ", was " + word)));
    }
    return chosen;
  }

  private static String optionNames(Class<? extends Enum<?>> type) {
    return choices(type).map(Settings::optionName).collect(Collectors.joining(", "));
  }

  /** All but what follows from the others. */
  private static <E extends Enum<?>> Stream<E> choices(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).filter(constant -> constant != Victim.EACH);
  }

  private static String optionName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Stream<String> list(String value) {
    return Stream.of(value.split(",", -1));
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Transport transport : transports) {
      for (Fault chosen : faults) {
        for (Victim victim : chosen.victims()) {
          if (victims.contains(victim)) {
            rows.add(new Row(transport, chosen, victim));
          }
        }
      }
    }
    return rows;
  }

  /** Leaves those of {@code known} that are wanted. */
  List<Contestant> clients(List<Contestant> known) {
    for (String name : clients) {
      if (known.stream().noneMatch(client -> client.name().startsWith(name))) {
        throw new IllegalArgumentException(
            "--clients must be of "
                + known.stream().map(Contestant::name).collect(Collectors.joining(", "))
                + ", was "
                + name);
      }
    }
    return known.stream()
        .filter(client -> clients.stream().anyMatch(client.name()::startsWith))
        .toList();
  }

  /** About how long all takes. */
  Duration estimate() {
    Duration all = Duration.ZERO;
    for (Row row : rows()) {
      all = all.plus(BESIDES).plus(warmUp).plus(before).plus(after);
      all = all.plus(row.victim() == Victim.EACH ? ROLLING : fault);
    }
    return all.multipliedBy(rounds);
  }

  int rounds() {
    return rounds;
  }

  Duration fault() {
    return fault;
  }

  Duration warmUp() {
    return warmUp;
  }

  Duration before() {
    return before;
  }

  Duration after() {
    return after;
  }

  int readers() {
    return readers;
  }

  int writers() {
    return writers;
  }

  Duration pause() {
    return Duration.ofMillis(pauseMillis);
  }
}
