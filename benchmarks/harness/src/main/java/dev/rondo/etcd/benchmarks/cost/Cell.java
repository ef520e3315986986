package dev.rondo.etcd.benchmarks.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One line of the table: which call, made how, and how many at a time. */
record Cell(Style style, Operation operation, int inFlight) {
  enum Operation {
    GET,
    PUT
  }

  enum Style {
    BLOCKING,
    ASYNC
  }

  static List<Cell> all(List<Integer> inFlight) {
    List<Cell> cells = new ArrayList<>();
    for (Style style : Style.values()) {
      for (Operation operation : Operation.values()) {
        for (int calls : inFlight) {
          cells.add(new Cell(style, operation, calls));
        }
      }
    }
    return List.copyOf(cells);
  }

  static Cell parse(String text) {
    String[] words = text.split(" ", -1);
    return new Cell(
        Style.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Operation.valueOf(words[1].toUpperCase(Locale.ROOT)),
        Integer.parseInt(words[2]));
  }

  /** Returns what {@link #parse} reads, such as {@code blocking get 64}. */
  @Override
  public String toString() {
    return (style + " " + operation + " " + inFlight).toLowerCase(Locale.ROOT);
  }
}
