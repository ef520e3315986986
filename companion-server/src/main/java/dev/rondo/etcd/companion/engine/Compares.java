package dev.rondo.etcd.companion.engine;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.wire.Compare;
import dev.rondo.etcd.wire.Compare.CompareTarget;
import dev.rondo.etcd.wire.KeyValue;
import java.util.List;

/** The conditions of a transaction. */
final class Compares {
  private static final KeyValue MISSING = KeyValue.getDefaultInstance();

  private Compares() {}

  static boolean holds(View view, List<Compare> compares) {
    for (var compare : compares) {
      if (!holds(view, compare)) {
        return false;
      }
    }
    return true;
  }

  /** A condition on a range must hold for each key in it. */
  private static boolean holds(View view, Compare compare) {
    var keys = new Interval(compare.getKey(), compare.getRangeEnd());
    var found = view.range(keys, 0, 0).keyValues();
    if (found.isEmpty()) {
      // no value at all is unlike any value, even unlike an unequal one
      return compare.getTarget() != CompareTarget.VALUE && holds(compare, MISSING);
    }
    for (var keyValue : found) {
      if (!holds(compare, keyValue)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Compare compare, KeyValue keyValue) {
    int order = order(compare, keyValue);
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> true; // as etcd answers it
    };
  }

  /** Where the request left the operand out, or gave that of another target, it is 0 or empty. */
  private static int order(Compare compare, KeyValue keyValue) {
    return switch (compare.getTarget()) {
      case VERSION -> Long.compare(keyValue.getVersion(), compare.getVersion());
      case CREATE -> Long.compare(keyValue.getCreateRevision(), compare.getCreateRevision());
      case MOD -> Long.compare(keyValue.getModRevision(), compare.getModRevision());
      case LEASE -> Long.compare(keyValue.getLease(), compare.getLease());
      case VALUE ->
          ByteString.unsignedLexicographicalComparator()
              .compare(keyValue.getValue(), compare.getValue());
      case UNRECOGNIZED -> 0;
    };
  }
}
