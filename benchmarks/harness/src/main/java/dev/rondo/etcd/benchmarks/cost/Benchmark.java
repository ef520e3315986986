package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Child;
import dev.rondo.etcd.benchmarks.Contestant;
import java.io.IOException;
import java.nio.file.Path;
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
    System.out.print(run(options, server(folder), clients(folder)));
  }

  private static Contestant server(Path folder) throws IOException {
    return Contestant.built(folder, "server", "rondo-and-stub", "rondo.CannedServer");
  }

  private static List<Contestant> clients(Path folder) throws IOException {
    return List.of(
        Contestant.built(folder, Contestant.STUB, "rondo-and-stub", "rondo.StubTarget"),
        Contestant.built(folder, "direct stub", "rondo-and-stub", "rondo.DirectStub"),
        Contestant.built(folder, Contestant.RONDO, "rondo-and-stub", "rondo.RondoTarget"),
        Contestant.built(folder, Contestant.JETCD, "peers/jetcd", "jetcd.JetcdTarget"),
        Contestant.built(folder, Contestant.IBM, "peers/ibm", "ibm.IbmTarget"));
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
    Scores scores =
        settings.lineup().play(server, clients, children -> measure(settings, children));
    return Table.of(scores, settings);
  }

  /**
   * Warms up on all cells first, so that the first one meets the same compiled code as the last.
   */
  private static Scores measure(Settings settings, List<Child> children) throws IOException {
    for (Cell cell : settings.cells()) {
      settings.lineup().tell("warming up on " + cell);
      warmUp(settings, cell, children);
    }
    Scores scores = new Scores();
    for (Cell cell : settings.cells()) {
      settings.lineup().tell(cell.toString());
      warmUp(settings, cell, children);
      List<Child> inTurn = new ArrayList<>(children);
      for (int i = 0; i < settings.rounds(); i++) {
        for (Child child : inTurn) {
          Measurement measured = measure(child, cell, settings.roundMillis());
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
      var unused = measure(child, cell, settings.warmUpMillis());
    }
  }

  private static Measurement measure(Child child, Cell cell, long millis) throws IOException {
    return Measurement.parse(child.ask(millis + " " + cell));
  }
}
