package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The model: what etcd should hold, and what it should answer. */
final class Store {
  /**
   * What an operation would answer and change.
   *
   * @param changes the keys that it touches, each with what it would hold, if anything
   */
  record Effect(Result result, NavigableMap<String, Optional<Entry>> changes) {
    boolean writes() {
      return !changes.isEmpty();
    }
  }

  private final TreeMap<String, Entry> entries;

  Store(Collection<Entry> entries) {
    this.entries = new TreeMap<>();
    entries.forEach(entry -> this.entries.put(entry.key(), entry));
  }

  private Store(Store other) {
    this.entries = new TreeMap<>(other.entries);
  }

  Store copy() {
    return new Store(this);
  }

  /** Returns all that it holds. */
  Collection<Entry> entries() {
    return entries.values();
  }

  /** Returns what {@code operation} would do at {@code revision}, and does not do it. */
  Effect effectOf(Operation operation, long revision) {
    var changes = new TreeMap<String, Optional<Entry>>();
    return new Effect(run(operation, revision, changes), changes);
  }

  void apply(Effect effect) {
    effect
        .changes()
        .forEach(
            (key, entry) ->
                entry.ifPresentOrElse(put -> entries.put(key, put), () -> entries.remove(key)));
  }

  private Result run(
      Operation operation, long revision, NavigableMap<String, Optional<Entry>> changes) {
    if (operation instanceof Operation.Put put) {
      return put(put, revision, changes);
    }
    if (operation instanceof Operation.Get get) {
      return new Result.Get(range(get.keys(), changes));
    }
    if (operation instanceof Operation.Delete delete) {
      return delete(delete, changes);
    }
    return txn((Operation.Txn) operation, revision, changes);
  }

  private Result put(
      Operation.Put put, long revision, NavigableMap<String, Optional<Entry>> changes) {
    var before = find(put.key(), changes);
    changes.put(
        put.key(),
        Optional.of(
            new Entry(
                put.key(),
                put.value(),
                before == null ? revision : before.createRevision(),
                revision,
                before == null ? 1 : before.version() + 1)));
    return new Result.Put(put.previous() ? Optional.ofNullable(before) : Optional.empty());
  }

  private Result delete(Operation.Delete delete, NavigableMap<String, Optional<Entry>> changes) {
    var deleted = range(delete.keys(), changes);
    deleted.forEach(entry -> changes.put(entry.key(), Optional.empty()));
    return new Result.Delete(deleted.size(), delete.previous() ? deleted : List.of());
  }

  private Result txn(
      Operation.Txn txn, long revision, NavigableMap<String, Optional<Entry>> changes) {
    boolean succeeded =
        txn.conditions().stream()
            .allMatch(condition -> condition.holds(entries.get(condition.key())));
    var results = new ArrayList<Result>();
    for (var operation : txn.branch(succeeded)) {
      results.add(run(operation, revision, changes));
    }
    return new Result.Txn(succeeded, results);
  }

  private @Nullable Entry find(String key, Map<String, Optional<Entry>> changes) {
    var changed = changes.get(key);
    return changed == null ? entries.get(key) : changed.orElse(null);
  }

  private List<Entry> range(Keys keys, NavigableMap<String, Optional<Entry>> changes) {
    var stored = entries.subMap(keys.from(), keys.to());
    if (changes.isEmpty()) {
      return List.copyOf(stored.values());
    }
    var merged = new TreeMap<>(stored);
    changes
        .subMap(keys.from(), true, keys.to(), false)
        .forEach(
            (key, entry) ->
                entry.ifPresentOrElse(put -> merged.put(key, put), () -> merged.remove(key)));
    return List.copyOf(merged.values());
  }
}
