package dev.rondo.etcd.benchmarks.watches;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints scores in Markdown, and which goals Rondo missed. */
final class WatchTable {
  private final WatchScores scores;
  private final WatchSettings settings;
  private final StringBuilder text = new StringBuilder();
  private final List<String> missed = new ArrayList<>();

  private WatchTable(WatchScores scores, WatchSettings settings) {
    this.scores = scores;
    this.settings = settings;
  }

  static String of(WatchScores scores, WatchSettings settings) {
    WatchTable table = new WatchTable(scores, settings);
    table.print();
    return table.text.toString();
  }

  private void print() {
    line(
        "%d idle watches; plaintext over the NIO of the JDK, loopback, %d processors, Java %s."
            + " Medians of %d rounds of %d ms; ratios are to the stub in the same round,"
            + " (least..greatest).",
        settings.watches(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version().feature(),
        settings.rounds(),
        settings.roundMillis());
    line("");
    line("| what | client | figure | to the stub's | goal for Rondo |");
    line("|---|---|--:|--:|--:|");
    for (Quantity quantity : Quantity.values()) {
      scores.clients().forEach(client -> row(quantity, client));
    }
    line("");
    line("Rondo's goals: %s.", missed.isEmpty() ? "all reached" : "missed in " + missed);
  }

  private void row(Quantity quantity, String client) {
    boolean isRondo = client.equals(Contestant.RONDO);
    Spread absolute = scores.absolute(client, quantity);
    line(
        "| %s | %s | %s | %s | %s |",
        quantity.title(),
        client,
        quantity.text(absolute.median()),
        client.equals(Contestant.STUB) || !quantity.isRatio() ? "" : ratio(client, quantity),
        isRondo ? quantity.goal() : "");
    if (isRondo && !quantity.isKept(judged(quantity, client).median())) {
      missed.add(quantity.title());
    }
  }

  private Spread judged(Quantity quantity, String client) {
    return quantity.isRatio() ? scores.ratio(client, quantity) : scores.absolute(client, quantity);
  }

  private String ratio(String client, Quantity quantity) {
    Spread ratio = scores.ratio(client, quantity);
    return String.format(
        Locale.ROOT, "**%.2f** (%.2f..%.2f)", ratio.median(), ratio.least(), ratio.greatest());
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
