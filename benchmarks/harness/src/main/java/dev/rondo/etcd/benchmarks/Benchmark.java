package dev.rondo.etcd.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The program: starts the server and the clients, measures them in turn and prints the table.
 * Within a cell each round measures every client once while the others are idle, and the next round
 * begins with another one, so that what the machine does besides hits all of them alike.
 */
public final class Benchmark {
  private Benchmark() {}

  /** Runs it; the first argument is the folder of the benchmarks, the others are options. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<String> options = Arrays.asList(arguments).subList(1, arguments.length);
    try {
      System.out.print(run(options, Contestant.server(folder), Contestant.clients(folder)));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /**
   * Returns the table in Markdown.
   *
   * @param options as on the command line
   * @param server prints its port and serves
   * @param clients one of them the stub
   */
  public static String run(List<String> options, Contestant server, List<Contestant> clients)
      throws IOException {
    Settings settings = Settings.parse(options);
    return Table.of(measure(settings, server, clients), settings);
  }

  private static Scores measure(Settings settings, Contestant server, List<Contestant> clients)
      throws IOException {
    List<Child> children = new ArrayList<>();
    try (Child serving = Child.start(server, List.of())) {
      String port = serving.answer();
      for (Contestant client : clients) {
        if (settings.wants(client)) {
          children.add(Child.start(client, profiling(settings, client), port));
        }
      }
      for (Child child : children) {
        child.answer(); // ready
      }
      return measure(settings, children);
    } finally {
      children.forEach(Child::close);
    }
  }

  private static List<String> profiling(Settings settings, Contestant client) {
    return settings.profiles().stream()
        .map(folder -> folder.resolve(client.name().replace(' ', '-') + ".jfr"))
        .map(file -> "-XX:StartFlightRecording=settings=profile,filename=" + file)
        .toList();
  }

  private static Scores measure(Settings settings, List<Child> children) throws IOException {
    Scores scores = new Scores();
    Instant start = Instant.now();
    for (Cell cell : settings.cells()) {
      System.err.println(Duration.between(start, Instant.now()).toSeconds() + " s: " + cell);
      for (Child child : children) {
        child.measure(cell, settings.warmUp().toMillis());
      }
      List<Child> inTurn = new ArrayList<>(children);
      for (int i = 0; i < settings.rounds(); i++) {
        for (Child child : inTurn) {
          Measurement measured = child.measure(cell, settings.round().toMillis());
          scores.add(cell, child.contestant().name(), measured);
        }
        Collections.rotate(inTurn, 1);
      }
    }
    return scores;
  }
}
