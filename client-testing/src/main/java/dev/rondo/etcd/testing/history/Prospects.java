package dev.rondo.etcd.testing.history;

import dev.rondo.etcd.testing.history.Condition.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a store can still make a difference to an answer of the history. Stores that differ in
 * nothing else have the same future.
 */
final class Prospects {
  private final Sightings sightings;
  private final Questions questions;

  Prospects(Sightings sightings, Questions questions) {
    this.sightings = sightings;
    this.questions = questions;
  }

  /** Returns something that equals that of another store if both have the same future. */
  List<Entry> of(Store store, long revision) {
    var entries = new ArrayList<Entry>();
    store.entries().forEach(entry -> entries.add(of(entry, revision)));
    return entries;
  }

  private Entry of(Entry entry, long revision) {
    var key = entry.key();
    if (sightings.show(entry, revision)) {
      return entry;
    }
    boolean alive = sightings.showLife(entry, revision);
    return new Entry(
        key,
        questions.areAbout(key, entry.value()) ? entry.value() : "",
        alive
            ? entry.createRevision()
            : ifAsked(key, Field.CREATE_REVISION, entry.createRevision()),
        ifAsked(key, Field.MOD_REVISION, entry.modRevision()),
        alive ? entry.version() : ifAsked(key, Field.VERSION, entry.version()));
  }

  private long ifAsked(String key, Field field, long number) {
    return questions.areAbout(key, field, number) ? number : 0;
  }
}
