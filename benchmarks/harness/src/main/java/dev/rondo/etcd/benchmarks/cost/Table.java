package dev.rondo.etcd.benchmarks.cost;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Prints scores in Markdown, and where Rondo is beyond its limits. */
final class Table {
  private static final double CPU_LIMIT = 1.3;
  private static final double BYTES_LIMIT = 1.1;
  private static final double THROUGHPUT_LIMIT = 0.9;

  private final Scores scores;
  private final Settings settings;
  private final StringBuilder text = new StringBuilder();
  private final List<String> beyond = new ArrayList<>();

  private Table(Scores scores, Settings settings) {
    this.scores = scores;
    this.settings = settings;
  }

  static String of(Scores scores, Settings settings) {
    Table table = new Table(scores, settings);
    table.print();
    return table.text.toString();
  }

  private void print() {
    line(
        "Plaintext over the NIO of the JDK, loopback, %d processors, Java %s. Medians of %d rounds of"
            + " %d ms. The stub's are absolute; the others are ratios to the stub in the same round,"
            + " (least..greatest).",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version().feature(),
        settings.rounds(),
        settings.roundMillis());
    line("");
    line("| call | in flight | client | CPU per call | bytes per call | calls per second |");
    line("|---|--:|---|--:|--:|--:|");
    for (Cell cell : scores.cells()) {
      scores.clients(cell).forEach(client -> row(cell, client));
    }
    line("");
    line(
        "Rondo's limits (CPU at most %.1f, bytes at most %.1f, calls at least %.1f): %s.",
        CPU_LIMIT,
        BYTES_LIMIT,
        THROUGHPUT_LIMIT,
        beyond.isEmpty() ? "all kept" : "missed in " + String.join(", ", beyond));
  }

  private void row(Cell cell, String client) {
    boolean isStub = client.equals(Contestant.STUB);
    String call = (cell.style() + " " + cell.operation()).toLowerCase(Locale.ROOT);
    line(
        "| %s | %d | %s | %s | %s | %s |",
        call,
        cell.inFlight(),
        client,
        isStub
            ? absolute(cell, "%.1f µs", Measurement::cpuMicrosPerCall)
            : ratio(cell, client, Measurement::cpuMicrosPerCall),
        isStub
            ? absolute(cell, "%.0f", Measurement::bytesPerCall)
            : ratio(cell, client, Measurement::bytesPerCall),
        isStub
            ? absolute(cell, "%.0f", Measurement::callsPerSecond)
            : ratio(cell, client, Measurement::callsPerSecond));
    if (client.equals(Contestant.RONDO)) {
      judge(cell);
    }
  }

  private String absolute(Cell cell, String format, ToDoubleFunction<Measurement> quantity) {
    double median = scores.absolute(cell, Contestant.STUB, quantity).median();
    return String.format(Locale.ROOT, format, median);
  }

  private String ratio(Cell cell, String client, ToDoubleFunction<Measurement> quantity) {
    Spread ratio = scores.ratio(cell, client, quantity);
    return String.format(
        Locale.ROOT, "**%.2f** (%.2f..%.2f)", ratio.median(), ratio.least(), ratio.greatest());
  }

  private void judge(Cell cell) {
    judge(cell, "CPU", rondo(cell, Measurement::cpuMicrosPerCall) <= CPU_LIMIT);
    judge(cell, "bytes", rondo(cell, Measurement::bytesPerCall) <= BYTES_LIMIT);
    judge(cell, "calls", rondo(cell, Measurement::callsPerSecond) >= THROUGHPUT_LIMIT);
  }

  private void judge(Cell cell, String quantity, boolean isKept) {
    if (!isKept) {
      beyond.add(cell + " (" + quantity + ")");
    }
  }

  private double rondo(Cell cell, ToDoubleFunction<Measurement> quantity) {
    return scores.ratio(cell, Contestant.RONDO, quantity).median();
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
