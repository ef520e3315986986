package dev.rondo.etcd.benchmarks.watches;

import dev.rondo.etcd.benchmarks.Child;
import dev.rondo.etcd.benchmarks.Contestant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The program: starts the server and the clients, measures them in turn and prints the table. Each
 * round measures every client once while the others are idle, and the next round begins with
 * another one.
 */
public final class WatchBenchmark {
  private static final int HEARERS = 1_000;

  private WatchBenchmark() {}

  /** Runs it; the first argument is the folder of the benchmarks, the others are options. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<String> options = Arrays.asList(arguments).subList(1, arguments.length);
    if (options.contains("--help")) {
      System.out.print(WatchSettings.USAGE);
      return;
    }
    Contestant server =
        Contestant.built(folder, "server", "rondo-and-stub", "rondo.CannedWatchServer");
    System.out.print(run(options, server, clients(folder)));
  }

  private static List<Contestant> clients(Path folder) throws IOException {
    return List.of(
        Contestant.built(folder, Contestant.STUB, "rondo-and-stub", "rondo.StubWatches"),
        Contestant.built(folder, Contestant.RONDO, "rondo-and-stub", "rondo.RondoWatches"),
        Contestant.built(folder, Contestant.JETCD, "peers/jetcd", "jetcd.JetcdWatches"),
        Contestant.built(folder, Contestant.IBM, "peers/ibm", "ibm.IbmWatches"));
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
    WatchSettings settings = WatchSettings.parse(options);
    WatchScores scores =
        settings.lineup().play(server, clients, children -> measure(settings, children));
    return WatchTable.of(scores, settings);
  }

  private static WatchScores measure(WatchSettings settings, List<Child> children)
      throws IOException {
    settings.lineup().tell("warming up");
    for (Child child : children) {
      measure(child, settings, new WatchScores());
    }
    WatchScores scores = new WatchScores();
    List<Child> inTurn = new ArrayList<>(children);
    for (int i = 1; i <= settings.rounds(); i++) {
      settings.lineup().tell("round " + i);
      for (Child child : inTurn) {
        measure(child, settings, scores);
      }
      Collections.rotate(inTurn, 1);
    }
    return scores;
  }

  private static void measure(Child child, WatchSettings settings, WatchScores scores)
      throws IOException {
    String client = child.contestant().name();
    double[] created = numbers(child.ask("create " + settings.watches()));
    scores.add(client, Quantity.CREATION, created[0]);
    scores.add(client, Quantity.HEAP, created[1]);
    double[] flood = hear(child, settings, Keys.FLOOD, 1);
    scores.add(client, Quantity.FLOOD, flood[0] * 1e9 / flood[1]);
    double[] paced = hear(child, settings, Keys.PACED, HEARERS);
    scores.add(client, Quantity.PACED, paced[1] / 1e3 / paced[0]);
  }

  private static double[] hear(Child child, WatchSettings settings, String prefix, int count)
      throws IOException {
    return numbers(
        child.ask(
            String.join(
                " ",
                "hear",
                prefix,
                Integer.toString(count),
                Long.toString(settings.warmUpMillis()),
                Long.toString(settings.roundMillis()))));
  }

  private static double[] numbers(String answer) {
    return Arrays.stream(answer.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }
}
