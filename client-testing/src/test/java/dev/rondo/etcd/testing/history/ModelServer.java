package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A small etcd that keeps every state it was in, and has one {@link Bug} if told to, as soon as
 * there is an occasion after its first requests. Safe for use by many threads.
 */
final class ModelServer {
  private static final int FAULTLESS_REQUESTS = 60;
  private static final int FAR = 12; // more than the requests that overlap

  private final @Nullable Bug bug;
  // All guarded by this.
  private final List<SortedMap<String, Entry>> states = new ArrayList<>(); // by revision
  private int requests;
  private boolean erred;
  private Operation.@Nullable Put older; // a put that may be done again

  ModelServer(@Nullable Bug bug) {
    this.bug = bug;
    states.add(new TreeMap<>());
    states.add(new TreeMap<>()); // revision 1
  }

  /** Whether the bug has shown. */
  synchronized boolean erred() {
    return erred;
  }

  /** Refuses a request. */
  synchronized void refuse(Operation operation) {
    if (mayErr(Bug.REFUSED_WRITE_APPLIED) && operation instanceof Operation.Put put) {
      erred = true;
      perform(put);
    }
  }

  /** Does a request whose answer nobody hears, without a mistake that nobody could notice. */
  synchronized void answerUnheard(Operation operation) {
    perform(operation);
  }

  /** Answers from the newest state. */
  synchronized Answer answer(Operation operation) {
    requests++;
    if (operation instanceof Operation.Put put) {
      return put(put);
    }
    if (operation instanceof Operation.Get get) {
      return get(get);
    }
    if (operation instanceof Operation.Delete delete) {
      return delete(delete);
    }
    return txn((Operation.Txn) operation);
  }

  /**
   * Answers a serializable read from the state that {@code choice} picks by the newest revision.
   */
  synchronized Answer answer(Operation.Get get, LongUnaryOperator choice) {
    requests++;
    long revision = choice.applyAsLong(revision());
    if (mayErr(Bug.SERIALIZABLE_READ_FROM_THE_FUTURE)) {
      erred = true;
      return new Answer(revision() + FAR, new Result.Get(found(newest(), get.keys())));
    }
    if (mayErr(Bug.SERIALIZABLE_READ_OF_A_STATE_THAT_NEVER_WAS)) {
      var mixed = mixOfTwoStates(get.keys());
      if (mixed != null) {
        erred = true;
        return mixed;
      }
    }
    return new Answer(revision, new Result.Get(found(state(revision), get.keys())));
  }

  private Answer put(Operation.Put put) {
    var before = newest().get(put.key());
    if (mayErr(Bug.LOST_WRITE)) {
      erred = true;
      states.add(new TreeMap<>(newest()));
      return new Answer(revision(), new Result.Put(previous(put, before)));
    }
    if (mayErr(Bug.REUSED_REVISION)) {
      erred = true;
      return new Answer(revision() + 1, new Result.Put(previous(put, before)));
    }
    if (mayErr(Bug.SKIPPED_REVISION)) {
      erred = true;
      states.add(new TreeMap<>(newest()));
    }
    if (mayErr(Bug.OLD_WRITE_APPLIED_AGAIN) && older != null && older.key().equals(put.key())) {
      erred = true;
      var answer = new Answer(revision() + 1, perform(put));
      perform(older);
      return answer;
    }
    if (mayErr(Bug.OVERWRITTEN_VALUE_IS_BACK) && before != null && before.version() > 1) {
      erred = true;
      var result = perform(put);
      newest().put(put.key(), before);
      return new Answer(revision(), result);
    }
    if (mayErr(Bug.WRONG_PREVIOUS) && put.previous() && before != null && before.version() > 1) {
      erred = true;
      var wrong = state(before.modRevision() - 1).get(put.key());
      perform(put);
      return new Answer(revision(), new Result.Put(Optional.of(wrong)));
    }
    older = put;
    var result = perform(put);
    var answer = new Answer(revision(), result);
    breakVersion(put.key(), before);
    if (mayErr(Bug.WRITE_APPLIED_TWICE)) {
      erred = true;
      perform(put);
    }
    if (mayErr(Bug.REVISION_OF_THE_WRITE_BEFORE)) {
      erred = true;
      return new Answer(revision() - 1, result);
    }
    return answer;
  }

  private void breakVersion(String key, @Nullable Entry before) {
    var now = newest().get(key);
    if (mayErr(Bug.VERSION_NOT_COUNTED) && before != null) {
      erred = true;
      newest().put(key, withVersion(now, before.version()));
    }
    if (mayErr(Bug.VERSION_SURVIVES_DELETE) && before == null) {
      var deleted = lastOf(key);
      erred = deleted != null;
      newest().put(key, erred ? withVersion(now, deleted.version() + 1) : now);
    }
  }

  private @Nullable Entry lastOf(String key) {
    for (long revision = revision() - 1; revision > 0; revision--) {
      if (state(revision).containsKey(key)) {
        return state(revision).get(key);
      }
    }
    return null;
  }

  private static Entry withVersion(Entry entry, long version) {
    return new Entry(
        entry.key(), entry.value(), entry.createRevision(), entry.modRevision(), version);
  }

  private Answer get(Operation.Get get) {
    var found = new Result.Get(found(newest(), get.keys()));
    if (mayErr(Bug.STALE_READ)) {
      erred = true;
      long older = revision() - FAR;
      return new Answer(older, new Result.Get(found(state(older), get.keys())));
    }
    for (long back = 1; mayErr(Bug.STALE_READ_IN_NEW_HEADER) && back < revision(); back++) {
      var stale = new Result.Get(found(state(revision() - back), get.keys()));
      if (!stale.equals(found)) {
        erred = true;
        return new Answer(revision(), stale);
      }
    }
    if (mayErr(Bug.READ_FROM_THE_FUTURE)) {
      erred = true;
      return new Answer(revision() + FAR, found);
    }
    if (mayErr(Bug.TXN_SEEN_IN_HALVES)) {
      var half = halfOfLastTxn(get.keys());
      if (half != null) {
        erred = true;
        return new Answer(revision(), half);
      }
    }
    return new Answer(revision(), found);
  }

  private Result.@Nullable Get halfOfLastTxn(Keys keys) {
    var half = new TreeMap<>(newest());
    var changed = new ArrayList<>(found(newest(), keys));
    changed.removeAll(found(state(revision() - 1), keys));
    if (changed.size() < 2) {
      return null;
    }
    var key = changed.get(0).key();
    var before = state(revision() - 1).get(key);
    half.computeIfPresent(key, (same, now) -> before);
    return new Result.Get(found(half, keys));
  }

  private @Nullable Answer mixOfTwoStates(Keys keys) {
    for (long revision = revision(); revision > 1; revision--) {
      var now = found(state(revision), keys);
      for (long older = revision - 1; older > 0; older--) {
        var mixed = new TreeMap<>(state(revision));
        var first = now.isEmpty() ? null : now.get(0).key();
        var before = first == null ? null : state(older).get(first);
        if (now.size() > 1 && before != null && !before.equals(now.get(0))) {
          mixed.put(first, before);
          return new Answer(revision, new Result.Get(found(mixed, keys)));
        }
      }
    }
    return null;
  }

  private Answer delete(Operation.Delete delete) {
    var deleted = found(newest(), delete.keys());
    if (deleted.isEmpty()) {
      boolean lies = mayErr(Bug.DELETE_OF_NOTHING_COUNTED);
      erred |= lies;
      if (lies) {
        states.add(new TreeMap<>(newest()));
      }
      return new Answer(revision(), new Result.Delete(lies ? 1 : 0, List.of()));
    }
    if (mayErr(Bug.DELETED_KEY_KEPT)) {
      erred = true;
      states.add(new TreeMap<>(newest()));
      return new Answer(revision(), new Result.Delete(deleted.size(), shown(delete, deleted)));
    }
    var result = perform(delete);
    if (mayErr(Bug.DELETE_NOT_COUNTED)) {
      erred = true;
      return new Answer(revision(), new Result.Delete(0, List.of()));
    }
    return new Answer(revision(), result);
  }

  private Answer txn(Operation.Txn txn) {
    var before = newest();
    if (mayErr(Bug.TXN_IN_WRONG_BRANCH) && !txn.conditions().isEmpty()) {
      erred = true;
      var swapped = new Operation.Txn(List.of(), branch(txn, !holds(txn, before)), List.of());
      var results = ((Result.Txn) perform(swapped)).results();
      return new Answer(revision(), new Result.Txn(!holds(txn, before), results));
    }
    var result = perform(txn);
    if (mayErr(Bug.TXN_APPLIED_BY_HALF)) {
      var put = new ArrayList<>(newest().values());
      put.removeAll(before.values());
      if (put.size() > 1) {
        erred = true;
        newest().computeIfPresent(put.get(0).key(), (key, now) -> before.get(key));
      }
    }
    return new Answer(revision(), result);
  }

  /** Does a request as one revision, if it changes anything. */
  private Result perform(Operation operation) {
    var next = new TreeMap<>(newest());
    var result = perform(operation, newest(), next, revision() + 1);
    if (!next.equals(newest())) {
      states.add(next);
    }
    return result;
  }

  private static Result perform(
      Operation operation,
      SortedMap<String, Entry> before,
      SortedMap<String, Entry> state,
      long revision) {
    if (operation instanceof Operation.Put put) {
      var old = state.get(put.key());
      long created = old == null ? revision : old.createRevision();
      long version = old == null ? 1 : old.version() + 1;
      state.put(put.key(), new Entry(put.key(), put.value(), created, revision, version));
      return new Result.Put(previous(put, old));
    }
    if (operation instanceof Operation.Get get) {
      return new Result.Get(found(state, get.keys()));
    }
    if (operation instanceof Operation.Delete delete) {
      var deleted = found(state, delete.keys());
      deleted.forEach(entry -> state.remove(entry.key()));
      return new Result.Delete(deleted.size(), shown(delete, deleted));
    }
    var txn = (Operation.Txn) operation;
    var results = new ArrayList<Result>();
    for (var part : branch(txn, holds(txn, before))) {
      results.add(perform(part, before, state, revision));
    }
    return new Result.Txn(holds(txn, before), results);
  }

  private static boolean holds(Operation.Txn txn, SortedMap<String, Entry> state) {
    return txn.conditions().stream()
        .allMatch(condition -> condition.holds(state.get(condition.key())));
  }

  private static List<Operation> branch(Operation.Txn txn, boolean succeeded) {
    return succeeded ? txn.then() : txn.otherwise();
  }

  private static Optional<Entry> previous(Operation.Put put, @Nullable Entry before) {
    return put.previous() ? Optional.ofNullable(before) : Optional.empty();
  }

  private static List<Entry> shown(Operation.Delete delete, List<Entry> deleted) {
    return delete.previous() ? deleted : List.of();
  }

  private static List<Entry> found(SortedMap<String, Entry> state, Keys keys) {
    return List.copyOf(state.subMap(keys.from(), keys.to()).values());
  }

  private boolean mayErr(Bug candidate) {
    return bug == candidate && !erred && requests > FAULTLESS_REQUESTS;
  }

  private SortedMap<String, Entry> newest() {
    return state(revision());
  }

  private SortedMap<String, Entry> state(long revision) {
    return states.get((int) revision);
  }

  private long revision() {
    return states.size() - 1L;
  }
}
