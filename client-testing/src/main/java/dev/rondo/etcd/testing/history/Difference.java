package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Says in sentences how an answer differs from what it had to be. */
final class Difference {
  private Difference() {}

  static String between(Reply reply, Result expected, Provenance provenance) {
    var shown = without(reply.result(), expected);
    var missing = without(expected, reply.result());
    var sentences = new LinkedHashSet<String>(); // a write may explain more than one entry
    sentences.add(
        reply.result() instanceof Result.Get
            ? reads(reply, shown, missing)
            : reply.result() + ", where it had to be: " + expected);
    var differing = new LinkedHashSet<>(shown);
    differing.addAll(missing);
    for (var entry : differing) {
      provenance
          .writerOf(entry)
          .ifPresent(
              writer -> sentences.add(entry.key() + "=" + entry.value() + " is of " + writer));
    }
    return String.join("\n", sentences);
  }

  private static String reads(Reply reply, List<Entry> shown, List<Entry> missing) {
    if (shown.isEmpty() && missing.isEmpty()) {
      return reply.result() + ", which is not in order";
    }
    return "found "
        + (shown.isEmpty() ? "no " + keys(missing) : shown)
        + ", where at its revision there was "
        + (missing.isEmpty() ? "no " + keys(shown) : missing);
  }

  private static String keys(List<Entry> entries) {
    return String.join(" and no ", entries.stream().map(Entry::key).toList());
  }

  private static List<Entry> without(Result result, Result other) {
    var rest = new ArrayList<>(result.entries().toList());
    rest.removeAll(other.entries().toList());
    return rest;
  }
}
