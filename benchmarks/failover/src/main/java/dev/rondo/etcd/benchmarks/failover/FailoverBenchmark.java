package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.testing.EtcdBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The program: inflicts each fault once a round, and prints the table. Each round begins with
 * another row, so that what the machine does besides hits all of them alike.
 */
public final class FailoverBenchmark {
  private static final int TRIES = 3;

  private final Settings settings;
  private final EtcdBackend backend;
  private final List<Contestant> clients;
  private final Instant start = Instant.now();

  private FailoverBenchmark(Settings settings, EtcdBackend backend, List<Contestant> clients) {
    this.settings = settings;
    this.backend = backend;
    this.clients = clients;
  }

  /** Runs it; the first argument is the folder of the benchmarks, the others are options. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> options = Arrays.asList(arguments).subList(1, arguments.length);
    if (options.contains("--help")) {
      System.out.print(Settings.USAGE);
      return;
    }
    try {
      System.out.print(run(options, clients(Path.of(arguments[0]))));
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  private static List<Contestant> clients(Path folder) throws IOException {
    return List.of(
        Contestant.built(folder, Contestant.RONDO, "rondo-and-stub", "rondo.RondoUnderFaults"),
        Contestant.built(folder, Contestant.JETCD, "peers/jetcd", "jetcd.JetcdUnderFaults"),
        Contestant.built(folder, Contestant.IBM, "peers/ibm", "ibm.IbmUnderFaults"));
  }

  /**
   * Returns the table in Markdown.
   *
   * @param options as on the command line
   * @param clients all there are
   * @throws IllegalArgumentException if an option is wrong
   * @throws IllegalStateException if there is no etcd, or if a round fails again and again
   */
  static String run(List<String> options, List<Contestant> clients)
      throws IOException, InterruptedException {
    Settings settings = Settings.parse(options);
    EtcdBackend backend = EtcdBackend.any();
    return new FailoverBenchmark(settings, backend, settings.clients(clients)).run();
  }

  private String run() throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>(settings.rows());
    tell(
        "%d rows, %d rounds, %d clients on %s: about %d minutes"
            .formatted(
                rows.size(),
                settings.rounds(),
                clients.size(),
                backend,
                Math.max(1, settings.estimate().toMinutes())));
    Results results = new Results(rows);
    for (int i = 0; i < settings.rounds(); i++) {
      for (Row row : rows) {
        tell("round " + (i + 1) + ": " + row);
        measure(row).forEach((client, figures) -> results.add(row, client, figures));
      }
      Collections.rotate(rows, 1);
    }
    return Table.of(results, settings, backend.toString());
  }

  /** A round that does not come to its fault as planned is made again. */
  private Map<String, Figures> measure(Row row) throws IOException, InterruptedException {
    for (int i = 1; ; i++) {
      try {
        return new Round(settings, row, this::tell).run(backend, clients);
      } catch (IllegalStateException e) {
        if (i == TRIES) {
          throw e;
        }
        tell("  again, because of " + e);
      }
    }
  }

  private void tell(String news) {
    System.err.println(Duration.between(start, Instant.now()).toSeconds() + " s: " + news);
  }
}
