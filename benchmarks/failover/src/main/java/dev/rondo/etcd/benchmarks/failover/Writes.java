package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.benchmarks.faults.Call;
import dev.rondo.etcd.kv.KvClient;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for writes that were applied twice. A writer counts up in a key of its own, so that each
 * value is written by one call: a value that the key had at two of its revisions came twice.
 */
final class Writes {
  private final KvClient kv;

  Writes(KvClient kv) {
    this.kv = kv;
  }

  /** Counts them over the keys of one client's writers. */
  int appliedTwice(String prefix, int writers, List<Call> calls) {
    int twice = 0;
    for (int i = 0; i < writers; i++) {
      int writer = i;
      long acknowledged =
          calls.stream()
              .filter(call -> call.operation() == Call.Operation.WRITE)
              .filter(call -> call.caller() == writer && call.hasSucceeded())
              .count();
      twice += appliedTwice(prefix + "/" + i, acknowledged);
    }
    return twice;
  }

  /** Reads the key's history, backwards, where it has more versions than acknowledged writes. */
  private int appliedTwice(String key, long acknowledged) {
    Optional<KeyValue> version = kv.get(key);
    if (version.isEmpty() || version.get().version() == acknowledged) {
      return 0;
    }
    Set<String> seen = new HashSet<>();
    int twice = 0;
    while (version.isPresent()) {
      if (!seen.add(version.get().value().utf8())) {
        twice++;
      }
      version = before(key, version.get());
    }
    return twice;
  }

  private Optional<KeyValue> before(String key, KeyValue version) {
    if (version.version() == 1) {
      return Optional.empty();
    }
    Revision earlier = Revision.of(version.modRevision().value() - 1);
    return kv.get(KeyRange.key(key), get -> get.revision(earlier)).kvs().stream().findFirst();
  }
}
