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
    if (options.contains("--help")) {
      System.out.print(Settings.USAGE);
      return;
    }
    System.out.print(run(options, Contestant.server(folder), Contestant.clients(folder)));
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
          children.add(Child.start(client, settings.profiling(client), port));
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

  /**
   * Warms up on all cells first, so that the first one meets the same compiled code as the last.
   */
  private static Scores measure(Settings settings, List<Child> children) throws IOException {
    Instant start = Instant.now();
    for (Cell cell : settings.cells()) {
      tell(start, "warming up on " + cell);
      warmUp(settings, cell, children);
    }
    Scores scores = new Scores();
    for (Cell cell : settings.cells()) {
      tell(start, cell.toString());
      warmUp(settings, cell, children);
      List<Child> inTurn = new ArrayList<>(children);
      for (int i = 0; i < settings.rounds(); i++) {
        for (Child child : inTurn) {
          Measurement measured = child.measure(cell, settings.roundMillis());
          scores.add(cell, child.contestant().name(), measured);
        }
        Collections.rotate(inTurn, 1);
      }
    }
    return scores;
  }

  private static void warmUp(Settings settings, Cell cell, List<Child> children)
      throws IOException {
    for (Child child : children) {
      child.measure(cell, settings.warmUpMillis());
    }
  }

  private static void tell(Instant start, String news) {
    System.err.println(Duration.between(start, Instant.now()).toSeconds() + " s: " + news);
  }
}
