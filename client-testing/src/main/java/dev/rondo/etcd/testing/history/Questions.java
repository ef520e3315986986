package dev.rondo.etcd.testing.history;

import dev.rondo.etcd.testing.history.Condition.Field;
import dev.rondo.etcd.testing.history.Condition.OfNumber;
import dev.rondo.etcd.testing.history.Condition.OfValue;
import dev.rondo.etcd.testing.history.Condition.Relation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the transactions of a history ask about values and numbers. Those that no transaction asks
 * for and no answer shows make no difference.
 */
final class Questions {
  private record Asked(String key, Object about) {}

  private final Set<Asked> exact = new HashSet<>(); // about one value, or one number of a field
  private final Set<Asked> any = new HashSet<>(); // in ways that all values of it may decide

  private record Reading(Field field, long number) {}

  Questions(List<Recorded> calls) {
    calls.forEach(call -> note(call.operation()));
  }

  private void note(Operation operation) {
    if (operation instanceof Operation.Txn txn) {
      txn.conditions().forEach(this::note);
      txn.then().forEach(this::note);
      txn.otherwise().forEach(this::note);
    }
  }

  private void note(Condition condition) {
    if (condition instanceof OfValue asked) {
      if (isExact(asked.relation())) {
        exact.add(new Asked(asked.key(), asked.value()));
      } else {
        any.add(new Asked(asked.key(), OfValue.class));
      }
      return;
    }
    var asked = (OfNumber) condition;
    if (isExact(asked.relation()) && !countsUp(asked)) {
      exact.add(new Asked(asked.key(), new Reading(asked.field(), asked.number())));
    } else {
      any.add(new Asked(asked.key(), asked.field()));
    }
  }

  private static boolean isExact(Relation relation) {
    return relation == Relation.EQUAL || relation == Relation.NOT_EQUAL;
  }

  /** A version that is not asked for may become one that is; only 0 never does. */
  private static boolean countsUp(OfNumber asked) {
    return asked.field() == Field.VERSION && asked.number() != 0;
  }

  boolean areAbout(String key, String value) {
    return any.contains(new Asked(key, OfValue.class)) || exact.contains(new Asked(key, value));
  }

  boolean areAbout(String key, Field field, long number) {
    return any.contains(new Asked(key, field))
        || exact.contains(new Asked(key, new Reading(field, number)));
  }
}
