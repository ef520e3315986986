package dev.rondo.etcd.testing.history;

import java.util.List;

/** What a cluster held before the history began. */
record Baseline(long revision, List<Entry> entries) {
  /** A cluster in which nothing was ever written is at revision 1. */
  static final Baseline EMPTY = new Baseline(1, List.of());

  Baseline {
    entries = List.copyOf(entries);
    for (var entry : entries) {
      if (entry.modRevision() > revision) {
        throw new IllegalArgumentException(
            "a history from revision " + revision + " cannot begin with " + entry);
      }
    }
  }
}
