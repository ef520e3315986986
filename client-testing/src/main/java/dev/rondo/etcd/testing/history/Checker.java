package dev.rondo.etcd.testing.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a history, from what is cheap and easy to explain to what is not.
 *
 * <p>etcd numbers its states, and each answer names its own. So there is nearly always just one
 * order to try: answers are compared with real time, each value seen with the write of it, and then
 * everything with a replay.
 */
final class Checker {
  private final Baseline baseline;
  private final List<Recorded> calls;
  private final List<Reply> replies;
  private final Timeline timeline;
  private final Provenance provenance;

  Checker(Baseline baseline, List<Recorded> calls) {
    this.baseline = baseline;
    this.calls = calls;
    this.replies = calls.stream().flatMap(Reply::of).filter(this::canBeJudged).toList();
    this.timeline = new Timeline(replies);
    this.provenance = new Provenance(baseline.revision(), calls);
  }

  /** A stale read may show a state from before the history, of which nothing is known. */
  private boolean canBeJudged(Reply reply) {
    return reply.revision() >= baseline.revision() || !reply.mayBeStale();
  }

  Verdict check() {
    return provenance
        .learn(replies)
        .or(() -> timeline.objection(baseline.revision()))
        .<Verdict>map(Verdict.Violation::new)
        .orElseGet(this::replay);
  }

  private Verdict replay() {
    var sightings = new Sightings(baseline, replies, provenance);
    var strict = replay(sightings, Replay.Merging.STRICT);
    var objection = strict.run();
    if (objection.isEmpty()) {
      return new Verdict.Linearizable();
    }
    if (!strict.merged() && !strict.cut()) {
      return new Verdict.Violation(objection.get());
    }
    var lenient = replay(sightings, Replay.Merging.LENIENT);
    Optional<Verdict> refused =
        lenient.run().filter(any -> !lenient.cut()).map(Verdict.Violation::new);
    return refused.orElseGet(() -> new Verdict.Undecided(objection.get()));
  }

  private Replay replay(Sightings sightings, Replay.Merging merging) {
    var questions = new Questions(calls);
    var candidates = new Candidates(calls, gaps(), provenance, sightings, questions);
    var prospects = new Prospects(sightings, questions);
    return new Replay(baseline, timeline, provenance, sightings, candidates, prospects, merging);
  }

  /**
   * Returns the revisions without a known write, up to where there are more than could have one.
   */
  private List<Long> gaps() {
    var gaps = new ArrayList<Long>();
    for (long revision = baseline.revision() + 1;
        gaps.size() <= calls.size() && timeline.firstProofOf(revision).isPresent();
        revision++) {
      if (provenance.confirmedAt(revision).isEmpty()
          && provenance.discoveredAt(revision).isEmpty()) {
        gaps.add(revision);
      }
    }
    return gaps;
  }
}
