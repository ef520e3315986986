package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.benchmarks.Contestant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints results in Markdown, and where Rondo misses its goals. */
final class Table {
  private final Settings settings;
  private final StringBuilder text = new StringBuilder();
  private final List<String> missed = new ArrayList<>();
  private int judged;

  private Table(Settings settings) {
    this.settings = settings;
  }

  static String of(Results results, Settings settings, String etcd) {
    Table table = new Table(settings);
    table.print(results.summaries(), etcd);
    return table.text.toString();
  }

  private void print(Map<Row, Map<String, Summary>> summaries, String etcd) {
    line(
        "Three members of %s, %d processors, Java %s; for each client %d readers and %d writers that"
            + " pause for %d ms after each call. Members are down, frozen or silent for %d s."
            + " Medians of %d rounds.",
        etcd,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version().feature(),
        settings.readers(),
        settings.writers(),
        settings.pause().toMillis(),
        settings.fault().toSeconds(),
        settings.rounds());
    line("");
    line(
        "| transport | fault | victim | client | failed reads | failed writes (unknown)"
            + " | longest gap of a reader | of a writer | used again after | throughput"
            + " | applied twice | Rondo's gaps / the best of the others' |");
    line("|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|---|");
    summaries.forEach(this::rows);
    line("");
    if (judged > 0) {
      line(
          "Rondo's goal (gaps under a silent follower at most %.2f of the best of the others',"
              + " everything else within %.2f): %s.",
          Judgement.SILENT_LIMIT,
          Judgement.LIMIT,
          missed.isEmpty()
              ? "kept in all rows"
              : "missed in %d of %d rows: ".formatted(missed.size(), judged)
                  + String.join("; ", missed));
    }
  }

  private void rows(Row row, Map<String, Summary> clients) {
    clients.forEach(
        (client, summary) ->
            line(
                "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %.2f | %d | %s |",
                row.transport(),
                row.fault(),
                row.victim(),
                client,
                count(summary.failedReads()),
                count(summary.failedWrites())
                    + (client.equals(Contestant.RONDO)
                        ? " (" + count(summary.unknownWrites()) + ")"
                        : ""),
                seconds(summary.readGap()),
                seconds(summary.writeGap()),
                usedAgain(summary),
                summary.throughput(),
                summary.appliedTwice(),
                client.equals(Contestant.RONDO) ? judge(row, clients) : ""));
  }

  private String judge(Row row, Map<String, Summary> clients) {
    Summary rondo = clients.get(Contestant.RONDO);
    List<Summary> others =
        clients.entrySet().stream()
            .filter(client -> !client.getKey().equals(Contestant.RONDO))
            .map(Map.Entry::getValue)
            .toList();
    if (rondo == null || others.isEmpty()) {
      return "";
    }
    Judgement judgement = new Judgement(row, rondo, others, settings.pause());
    judged++;
    if (!judgement.isKept()) {
      missed.add(row.toString());
    }
    return judgement.toString();
  }

  private static String count(double median) {
    return String.format(Locale.ROOT, median == Math.rint(median) ? "%.0f" : "%.1f", median);
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.3f s", seconds);
  }

  private String usedAgain(Summary summary) {
    return Double.isInfinite(summary.usedAgain())
        ? "not within " + settings.after().toSeconds() + " s"
        : seconds(summary.usedAgain());
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
