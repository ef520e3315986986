package dev.rondo.etcd.benchmarks.failover;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What all clients went through in all rounds. */
final class Results {
  private final Map<Row, Map<String, List<Figures>>> figures = new LinkedHashMap<>();

  /** Returns nothing for each of {@code rows}, in whose order the table is. */
  Results(List<Row> rows) {
    rows.forEach(row -> figures.put(row, new LinkedHashMap<>()));
  }

  void add(Row row, String client, Figures round) {
    figures
        .computeIfAbsent(row, absent -> new LinkedHashMap<>())
        .computeIfAbsent(client, absent -> new ArrayList<>())
        .add(round);
  }

  /** Returns what each client went through in each row. */
  Map<Row, Map<String, Summary>> summaries() {
    Map<Row, Map<String, Summary>> all = new LinkedHashMap<>();
    figures.forEach(
        (row, clients) -> {
          Map<String, Summary> ofRow = new LinkedHashMap<>();
          clients.forEach((client, rounds) -> ofRow.put(client, Summary.of(rounds)));
          all.put(row, ofRow);
        });
    return all;
  }
}
