package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A recorded operation with its answer.
 *
 * @param writes whether it changed the store, by its own account
 */
record Reply(Recorded call, long revision, Result result, boolean writes) {
  /** A put, get or delete that was done, alone or in a transaction, with what came of it. */
  private record Step(Operation operation, Result result) {
    boolean writes() {
      return operation instanceof Operation.Put
          || (result instanceof Result.Delete delete && delete.deleted() > 0);
    }
  }

  static Stream<Reply> of(Recorded call) {
    if (!(call.outcome() instanceof Outcome.Answered answered)) {
      return Stream.empty();
    }
    var answer = answered.answer();
    var steps = steps(call.operation(), answer.result());
    boolean writes = steps.stream().anyMatch(Step::writes);
    return Stream.of(new Reply(call, answer.revision(), answer.result(), writes));
  }

  private static List<Step> steps(Operation operation, Result result) {
    if (!(operation instanceof Operation.Txn txn && result instanceof Result.Txn taken)) {
      return List.of(new Step(operation, result));
    }
    var steps = new ArrayList<Step>();
    var branch = txn.branch(taken.succeeded());
    for (int i = 0; i < branch.size(); i++) {
      steps.addAll(steps(branch.get(i), taken.results().get(i)));
    }
    return steps;
  }

  /** Whether this may be older than answers that came before. */
  boolean mayBeStale() {
    return call.operation().isSerializable();
  }

  /** Returns the keys that this put, by its own account. */
  Stream<String> keysPut() {
    return steps(call.operation(), result).stream()
        .map(Step::operation)
        .filter(Operation.Put.class::isInstance)
        .map(put -> ((Operation.Put) put).key());
  }

  /** Returns the last revision at which {@code entry}, which this shows, is known to have stood. */
  long sawUntil(Entry entry) {
    return writes ? Math.max(entry.modRevision(), revision - 1) : revision;
  }

  @Override
  public String toString() {
    return call.toString();
  }
}
