package dev.rondo.etcd.testing.history;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Does the writes of a history again, in the order of their revisions, on a model, and compares all
 * answers.
 *
 * <p>There is one way to do it unless a revision has no known write. Then there is one for each
 * write of unknown outcome that fits, and they are followed side by side until answers rule them
 * out.
 */
final class Replay {
  private static final int EXACT_BRANCHES = 200; // that are kept apart by their guesses
  private static final int MOST_BRANCHES = 1_000;

  /** What becomes of two branches that lead to the same store, but by different guesses. */
  enum Merging {
    /** One goes on with its own guesses: what is accepted is right. */
    STRICT,
    /** One goes on with the guesses of both: what is refused is wrong. */
    LENIENT
  }

  private final Baseline baseline;
  private final Timeline timeline;
  private final Provenance provenance;
  private final Sightings sightings;
  private final Candidates candidates;
  private final Prospects prospects;
  private final Merging merging;
  private final Map<Long, List<Reply>> reads = new HashMap<>(); // by revision
  private List<Branch> branches;
  private int nextGap;
  private boolean merged;
  private boolean cut;

  Replay(
      Baseline baseline,
      Timeline timeline,
      Provenance provenance,
      Sightings sightings,
      Candidates candidates,
      Prospects prospects,
      Merging merging) {
    this.baseline = baseline;
    this.timeline = timeline;
    this.provenance = provenance;
    this.sightings = sightings;
    this.candidates = candidates;
    this.prospects = prospects;
    this.merging = merging;
    for (var reply : timeline.byRevision()) {
      if (!reply.writes()) {
        reads.computeIfAbsent(reply.revision(), any -> new ArrayList<>()).add(reply);
      }
    }
    branches = List.of(new Branch(new Store(baseline.entries())));
  }

  /** Whether branches were merged that may not have had the same future. */
  boolean merged() {
    return merged;
  }

  /** Whether there were too many branches to follow. */
  boolean cut() {
    return cut;
  }

  /** Runs to the end, or until an answer or a revision fits none of the branches. */
  Optional<String> run() {
    var objection = read(baseline.revision());
    for (long revision = baseline.revision() + 1;
        objection.isEmpty() && timeline.firstProofOf(revision).isPresent();
        revision++) {
      objection = write(revision);
      if (objection.isEmpty()) {
        objection = read(revision);
      }
    }
    return objection;
  }

  private Optional<String> read(long revision) {
    for (var reply : reads.getOrDefault(revision, List.of())) {
      var objection = keepThoseThatAnswer(reply);
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  private Optional<String> write(long revision) {
    var confirmed = provenance.confirmedAt(revision);
    var discovered = provenance.discoveredAt(revision);
    var objection =
        confirmed.isPresent()
            ? keepThoseThatAnswer(confirmed.get())
            : discovered.isPresent() ? apply(discovered.get(), revision) : guess(revision);
    merge(revision);
    return objection;
  }

  private Optional<String> keepThoseThatAnswer(Reply reply) {
    var kept = new ArrayList<Branch>();
    for (var branch : branches) {
      var effect = branch.store().effectOf(reply.call().operation(), reply.revision());
      if (effect.result().equals(reply.result())) {
        branch.store().apply(effect);
        kept.add(branch);
      }
    }
    return kept.isEmpty() ? Optional.of(mismatch(reply)) : keep(kept);
  }

  private Optional<String> apply(Recorded call, long revision) {
    var proof = timeline.firstProofOf(revision).orElseThrow();
    if (call.began() > proof.call().ended()) {
      return Optional.of(
          call + " was seen with revision " + revision + ", but began after the end of " + proof);
    }
    var kept = new ArrayList<Branch>();
    for (var branch : branches) {
      var effect = branch.store().effectOf(call.operation(), revision);
      if (effect.writes()) {
        branch.store().apply(effect);
        kept.add(branch);
      }
    }
    return kept.isEmpty()
        ? Optional.of(
            call + " was seen with revision " + revision + ", but would have changed nothing there")
        : keep(kept);
  }

  private Optional<String> guess(long revision) {
    var proof = timeline.firstProofOf(revision).orElseThrow();
    var fitting = candidates.fitting(nextGap++);
    var kept = new ArrayList<Branch>();
    for (var branch : branches) {
      for (var alike : fitting) {
        alike
            .next(proof.call().ended(), branch.spent())
            .flatMap(call -> guess(branch, call, revision))
            .ifPresent(kept::add);
      }
    }
    return kept.isEmpty() ? Optional.of(unexplained(revision, proof)) : keep(kept);
  }

  private Optional<Branch> guess(Branch branch, Recorded call, long revision) {
    var effect = branch.store().effectOf(call.operation(), revision);
    return effect.writes() && sightings.allow(effect, revision)
        ? Optional.of(branch.guessing(call, effect))
        : Optional.empty();
  }

  private Optional<String> keep(List<Branch> kept) {
    branches = kept;
    return Optional.empty();
  }

  private void merge(long revision) {
    if (branches.size() > 1) {
      long seen = timeline.firstProofOf(revision).orElseThrow().call().ended();
      branches.forEach(branch -> candidates.forget(branch.spent(), nextGap, seen));
      var distinct = new LinkedHashMap<Object, Branch>();
      branches.forEach(branch -> distinct.putIfAbsent(prospect(branch, revision), branch));
      branches = new ArrayList<>(distinct.values());
    }
    if (branches.size() > EXACT_BRANCHES) {
      var distinct = new LinkedHashMap<Object, Branch>();
      branches.forEach(
          branch -> distinct.merge(prospects.of(branch.store(), revision), branch, this::merge));
      branches = new ArrayList<>(distinct.values());
    }
    if (branches.size() > MOST_BRANCHES) {
      branches = branches.subList(0, MOST_BRANCHES);
      cut = true;
    }
    if (branches.size() == 1) {
      var spent = branches.get(0).spent();
      spent.forEach(candidates::remove);
      spent.clear();
    }
  }

  private Object prospect(Branch branch, long revision) {
    return List.of(prospects.of(branch.store(), revision), branch.spent());
  }

  private Branch merge(Branch one, Branch other) {
    merged = true;
    if (merging == Merging.LENIENT) {
      one.spent().retainAll(other.spent());
    }
    return one;
  }

  private String mismatch(Reply reply) {
    var store = branches.get(0).store();
    var expected = store.effectOf(reply.call().operation(), reply.revision()).result();
    return reply + " " + Difference.between(reply, expected, provenance) + guesses();
  }

  private String unexplained(long revision, Reply proof) {
    return proof
        + " proves that there was a revision "
        + revision
        + ", but no answered write has it, and it fits none of the "
        + candidates.size()
        + " writes whose outcome is unknown and whose values nobody saw"
        + guesses();
  }

  private String guesses() {
    var spent = branches.get(0).spent();
    if (spent.isEmpty()) {
      return "";
    }
    return "\nThat is if these were applied: "
        + spent.stream().map(Recorded::toString).collect(joining(", "))
        + "; the other ways to place the writes of unknown outcome, "
        + (branches.size() - 1)
        + " of them until here, fail as well";
  }
}
