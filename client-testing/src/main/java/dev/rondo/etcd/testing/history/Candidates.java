package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The writes of unknown outcome that no answer shows, any of which may be behind a gap: a revision
 * that no known write has.
 *
 * <p>Two that differ only in values that nobody saw or asked for are as good as each other; of such
 * only the one that began first is offered.
 */
final class Candidates {
  private final Sightings sightings;
  private final Questions questions;
  private final List<Long> gaps;
  private final Map<String, BitSet> puts = new HashMap<>(); // by key, the gaps that may be a put
  private final Map<String, BitSet> deletes = new HashMap<>();
  private final Map<Operation, Alike> byShape = new LinkedHashMap<>();
  private final Map<Recorded, Alike> byCall = new HashMap<>();

  /** Finds them in {@code calls}, which are in the order of their begin. */
  Candidates(
      List<Recorded> calls,
      List<Long> gaps,
      Provenance provenance,
      Sightings sightings,
      Questions questions) {
    this.sightings = sightings;
    this.questions = questions;
    this.gaps = gaps;
    for (var call : calls) {
      if (call.isUnknown() && !provenance.isDiscovered(call) && mayWrite(call.operation())) {
        add(call);
      }
    }
  }

  private static boolean mayWrite(Operation operation) {
    return operation.parts().anyMatch(part -> !(part instanceof Operation.Get));
  }

  private void add(Recorded call) {
    var shape = shape(call.operation());
    var alike = byShape.computeIfAbsent(shape, same -> new Alike(fitting(same)));
    alike.calls.add(call);
    byCall.put(call, alike);
  }

  private Operation shape(Operation operation) {
    if (operation instanceof Operation.Put put) {
      return questions.areAbout(put.key(), put.value())
          ? put
          : new Operation.Put(put.key(), "", put.previous());
    }
    if (operation instanceof Operation.Txn txn) {
      return new Operation.Txn(txn.conditions(), shapes(txn.then()), shapes(txn.otherwise()));
    }
    return operation;
  }

  private List<Operation> shapes(List<Operation> operations) {
    return operations.stream().map(this::shape).toList();
  }

  private BitSet fitting(Operation shape) {
    var fitting = new BitSet();
    var keysPut = new HashSet<String>();
    for (var part : shape.parts().toList()) {
      if (part instanceof Operation.Put put) {
        keysPut.add(put.key());
        fitting.or(puts.computeIfAbsent(put.key(), this::fittingPuts));
      } else if (part instanceof Operation.Delete delete) {
        for (var key : sightings.keys(delete.keys())) {
          fitting.or(deletes.computeIfAbsent(key, this::fittingDeletes));
        }
      }
    }
    for (int i = 0; i < gaps.size(); i++) {
      if (!keysPut.containsAll(sightings.createdAt(gaps.get(i)))) {
        fitting.clear(i);
      }
    }
    return fitting;
  }

  private BitSet fittingPuts(String key) {
    var fitting = new BitSet();
    for (int i = 0; i < gaps.size(); i++) {
      fitting.set(i, sightings.allowPut(key, gaps.get(i)));
    }
    return fitting;
  }

  private BitSet fittingDeletes(String key) {
    var fitting = new BitSet();
    for (int i = 0; i < gaps.size(); i++) {
      fitting.set(i, sightings.allowDelete(key, gaps.get(i)));
    }
    return fitting;
  }

  /** Returns the candidates that may be behind the gap with an index. */
  List<Alike> fitting(int gap) {
    return byShape.values().stream().filter(alike -> alike.fitting.get(gap)).toList();
  }

  /**
   * Forgets of those {@code spent} the ones that are not missed: from a gap on, enough of their
   * shape that began by {@code time} are left for all places where they fit.
   */
  void forget(Set<Recorded> spent, int gap, long time) {
    for (var call : List.copyOf(spent)) {
      var alike = byCall.get(call);
      if (alike == null || alike.suffice(gap, time, spent)) {
        spent.remove(call);
      }
    }
  }

  /** Takes out one for good. */
  void remove(Recorded call) {
    var alike = byCall.remove(call);
    if (alike != null) {
      alike.calls.remove(call);
    }
  }

  /** Returns how many were not removed. */
  int size() {
    return byCall.size();
  }

  /** Candidates of one shape. */
  static final class Alike {
    private final List<Recorded> calls = new ArrayList<>(); // in the order of their begin
    private final BitSet fitting; // the indexes of the gaps that they may be behind

    private Alike(BitSet fitting) {
      this.fitting = fitting;
    }

    /** Returns one that began by {@code time} and is not {@code spent}. */
    Optional<Recorded> next(long time, Set<Recorded> spent) {
      for (var call : calls) {
        if (call.began() > time) {
          break;
        }
        if (!spent.contains(call)) {
          return Optional.of(call);
        }
      }
      return Optional.empty();
    }

    /** Whether enough are left for all gaps from one on. */
    private boolean suffice(int gap, long time, Set<Recorded> spent) {
      int places = fitting.get(gap, Math.max(gap, fitting.length())).cardinality();
      return places
          == calls.stream()
              .takeWhile(call -> call.began() <= time)
              .filter(call -> !spent.contains(call))
              .limit(places)
              .count();
    }
  }
}
