package dev.rondo.etcd.testing.history;

import static dev.rondo.etcd.testing.history.Condition.Relation.EQUAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Small histories, each with the times at which its operations began and ended. */
class CheckerTest {
  private static final Verdict LINEARIZABLE = new Verdict.Linearizable();
  private static final Entry A1 = new Entry("a", "1", 2, 2, 1);
  private static final Entry B1 = new Entry("b", "1", 2, 2, 1);
  private static final Entry A2 = new Entry("a", "2", 2, 3, 2);
  private static final Keys ALL = new Keys("a", "z");

  private final List<Recorded> calls = new ArrayList<>();

  @Test
  void acceptsReadsOfEitherStateWhileAWriteRuns() {
    did(0, 9, Operation.put("a", "1"), 2, wrote());
    did(1, 2, Operation.get("a"), 1, found());
    did(3, 4, Operation.get("a"), 2, found(A1));

    assertThat(check()).isEqualTo(LINEARIZABLE);
  }

  @Test
  void refusesAReadThatGoesBackBehindAnother() {
    did(0, 9, Operation.put("a", "1"), 2, wrote());
    did(1, 2, Operation.get("a"), 2, found(A1));
    did(3, 4, Operation.get("a"), 1, found());

    assertThat(explanation())
        .isEqualTo(
            "#3 get a (client, 3.000 to 4.000 ms, revision 1) began after the end of"
                + " #2 get a (client, 1.000 to 2.000 ms, revision 2)"
                + " and still did not know its revision");
  }

  @Test
  void acceptsAStaleReadOnlyIfItIsSerializable() {
    did(0, 1, Operation.put("a", "1"), 2, wrote());
    did(2, 3, new Operation.Get(Keys.one("a"), true), 1, found());
    assertThat(check()).isEqualTo(LINEARIZABLE);

    did(4, 5, new Operation.Get(Keys.one("a"), false), 1, found());
    assertThat(explanation()).startsWith("#3 get a (client, 4.000 to 5.000 ms, revision 1) began");
  }

  @Test
  void refusesASerializableReadOfAStateThatNeverWas() {
    did(0, 1, txn(Operation.put("a", "1"), Operation.put("b", "1")), 2, did(wrote(), wrote()));
    did(2, 3, Operation.put("a", "2"), 3, wrote());
    did(4, 5, new Operation.Get(ALL, true), 2, found(A2, B1));

    assertThat(explanation())
        .isEqualTo(
            "#3 serializable get [a, z) (client, 4.000 to 5.000 ms, revision 2) shows"
                + " a=2 (created at 2, modified at 3, version 2),"
                + " which is later than its own revision");
  }

  @Test
  void refusesASerializableReadOfWhatIsNotWrittenYet() {
    did(0, 1, Operation.put("a", "1"), 2, wrote());
    did(2, 3, new Operation.Get(ALL, true), 3, found(A2));
    did(4, 5, Operation.put("a", "2"), 3, wrote());

    assertThat(explanation())
        .isEqualTo(
            "#2 serializable get [a, z) (client, 2.000 to 3.000 ms, revision 3) shows"
                + " a=2 (created at 2, modified at 3, version 2), and ended before the write of it"
                + " began: #3 put a=2 (client, 4.000 to 5.000 ms, revision 3)");
  }

  @Test
  void refusesATxnSeenInHalves() {
    did(0, 1, txn(Operation.put("a", "1"), Operation.put("b", "1")), 2, did(wrote(), wrote()));
    did(2, 3, new Operation.Get(ALL, false), 2, found(A1));

    assertThat(explanation())
        .isEqualTo(
            "#2 get [a, z) (client, 2.000 to 3.000 ms, revision 2) found no b, where at its"
                + " revision there was [b=1 (created at 2, modified at 2, version 1)]\n"
                + "b=1 is of #1 txn if always then put a=1, put b=1 else nothing"
                + " (client, 0.000 to 1.000 ms, revision 2)");
  }

  @Test
  void refusesALostWrite() {
    did(0, 1, Operation.put("a", "1"), 2, wrote());
    did(2, 3, Operation.put("a", "2"), 3, wrote());
    did(4, 5, Operation.get("a"), 3, found(A1));

    assertThat(explanation())
        .isEqualTo(
            "#3 get a (client, 4.000 to 5.000 ms, revision 3) found"
                + " [a=1 (created at 2, modified at 2, version 1)], where at its revision there was"
                + " [a=2 (created at 2, modified at 3, version 2)]\n"
                + "a=1 is of #1 put a=1 (client, 0.000 to 1.000 ms, revision 2)\n"
                + "a=2 is of #2 put a=2 (client, 2.000 to 3.000 ms, revision 3)");
  }

  @Test
  void refusesTwoWritesOfOneRevision() {
    did(0, 5, Operation.put("a", "1"), 2, wrote());
    did(1, 6, Operation.put("b", "1"), 2, wrote());

    assertThat(explanation())
        .isEqualTo(
            "#1 put a=1 (client, 0.000 to 5.000 ms, revision 2) and"
                + " #2 put b=1 (client, 1.000 to 6.000 ms, revision 2) wrote at the same revision");
  }

  @Test
  void refusesAWriteThatFollowsAReadOfItsRevision() {
    did(0, 1, new Operation.Get(ALL, true), 2, found());
    did(2, 3, Operation.put("a", "1"), 2, wrote());

    assertThat(explanation()).endsWith("and still wrote no later revision");
  }

  @Test
  void refusesADeleteThatCountsWhatWasNotThere() {
    did(0, 1, Operation.delete("a"), 2, new Result.Delete(1, List.of()));

    assertThat(explanation())
        .isEqualTo(
            "#1 delete a (client, 0.000 to 1.000 ms, revision 2) deleted 1,"
                + " where it had to be: deleted 0");
  }

  @Test
  void refusesATxnInTheWrongBranch() {
    var create =
        new Operation.Txn(
            List.of(Condition.version("a", EQUAL, 0)),
            List.of(Operation.put("a", "2")),
            List.of(Operation.get("a")));
    did(0, 1, Operation.put("a", "1"), 2, wrote());
    did(2, 3, create, 3, did(wrote()));

    assertThat(explanation())
        .startsWith(
            "#2 txn if version of a equal 0 then put a=2 else get a"
                + " (client, 2.000 to 3.000 ms, revision 3) succeeded: [wrote], where it had to be:"
                + " took the else branch: [found [a=1 (created at 2, modified at 2, version 1)]]");
  }

  @Test
  void refusesAValueThatNobodyWrote() {
    did(0, 1, Operation.get("a"), 2, found(A1));

    assertThat(explanation()).endsWith(", which nobody wrote");
  }

  @Test
  void refusesAValueOfAWriteThatWasNotApplied() {
    ended(0, 1, Operation.put("a", "1"), new Outcome.NotApplied());
    did(2, 3, Operation.get("a"), 2, found(A1));

    assertThat(explanation())
        .endsWith(
            ", which failed without being applied:"
                + " #1 put a=1 (client, 0.000 to 1.000 ms, surely not applied)");
  }

  @Test
  void acceptsAnUnknownWriteLongAfterItsEnd() {
    unknown(0, 1, Operation.put("a", "1"));
    did(2, 3, Operation.get("a"), 1, found());
    did(4, 5, Operation.get("a"), 2, found(A1));

    assertThat(check()).isEqualTo(LINEARIZABLE);
  }

  @Test
  void refusesAnUnknownWriteAppliedTwice() {
    unknown(0, 1, Operation.put("a", "1"));
    did(2, 3, Operation.get("a"), 2, found(A1));
    did(4, 5, Operation.get("a"), 3, found(new Entry("a", "1", 2, 3, 2)));

    assertThat(explanation())
        .endsWith(
            ", so this was applied twice: #1 put a=1 (client, 0.000 to 1.000 ms, outcome unknown)");
  }

  @Test
  void refusesAnUnknownWriteThatIsBackAfterItWasOverwritten() {
    unknown(0, 1, Operation.put("a", "1"));
    did(2, 3, Operation.get("a"), 2, found(A1));
    did(4, 5, Operation.put("a", "2"), 3, wrote());
    did(6, 7, Operation.get("a"), 3, found(A1));

    assertThat(explanation())
        .startsWith("#4 get a (client, 6.000 to 7.000 ms, revision 3) found [a=1");
  }

  @Test
  void refusesAnUnknownWriteAtTheRevisionOfAnother() {
    unknown(0, 1, Operation.put("a", "1"));
    did(2, 3, Operation.put("b", "1"), 2, wrote());
    did(4, 5, Operation.get("a"), 2, found(A1));

    assertThat(explanation())
        .endsWith(
            "but another wrote at that revision: #2 put b=1 (client, 2.000 to 3.000 ms, revision 2)");
  }

  @Test
  void explainsAGapByAnUnknownWriteThatNobodySaw() {
    unknown(0, 1, Operation.put("a", "1"));
    did(2, 3, Operation.put("b", "1"), 3, wrote());
    assertThat(check()).isEqualTo(LINEARIZABLE);

    did(4, 5, new Operation.Put("a", "2", true), 4, wrote());
    assertThat(explanation())
        .isEqualTo(
            "#3 put a=2 (client, 4.000 to 5.000 ms, revision 4) wrote, where it had to be:"
                + " wrote over a=1 (created at 2, modified at 2, version 1)\n"
                + "a=1 is of #1 put a=1 (client, 0.000 to 1.000 ms, outcome unknown)");
  }

  @Test
  void refusesAGapThatNoUnknownWriteExplains() {
    unknown(0, 1, Operation.delete("a"));
    did(2, 3, Operation.put("b", "1"), 3, wrote());

    assertThat(explanation())
        .isEqualTo(
            "#2 put b=1 (client, 2.000 to 3.000 ms, revision 3) proves that there was a revision 2,"
                + " but no answered write has it, and it fits none of the 1 writes whose outcome is"
                + " unknown and whose values nobody saw");
  }

  @Test
  void refusesAGapThatWasSeenBeforeTheUnknownWriteBegan() {
    did(0, 1, Operation.put("b", "1"), 3, wrote());
    unknown(2, 3, Operation.put("a", "1"));

    assertThat(explanation()).contains("proves that there was a revision 2");
  }

  @Test
  void choosesAmongUnknownWritesByWhatIsSeenLater() {
    did(0, 1, txn(Operation.put("a", "1"), Operation.put("b", "1")), 2, did(wrote(), wrote()));
    unknown(2, 3, Operation.put("a", "5"));
    unknown(2, 3, Operation.put("b", "5"));
    unknown(2, 3, Operation.delete("a"));
    did(4, 5, Operation.put("b", "6"), 4, wrote());
    did(6, 7, Operation.put("a", "6"), 5, wrote());
    did(8, 9, Operation.get("b"), 5, found(new Entry("b", "6", 2, 4, 2)));
    var deletedBefore = new Entry("a", "6", 5, 5, 1);
    did(8, 9, Operation.get("a"), 5, found(deletedBefore));

    assertThat(check()).isEqualTo(LINEARIZABLE);
  }

  @Test
  void saysSoWhenThereAreTooManyPossibilities() {
    for (int i = 0; i < 14; i++) {
      unknown(0, 1, Operation.put("k" + i, "1"));
    }
    did(2, 3, Operation.put("z", "1"), 9, wrote());
    did(4, 5, new Operation.Get(Keys.startingWith("k"), false), 9, found());

    assertThat(check()).isInstanceOf(Verdict.Undecided.class);
  }

  private void did(long began, long ended, Operation operation, long revision, Result result) {
    ended(began, ended, operation, new Outcome.Answered(new Answer(revision, result)));
  }

  private void unknown(long began, long ended, Operation operation) {
    ended(began, ended, operation, new Outcome.Unknown());
  }

  private void ended(long began, long ended, Operation operation, Outcome outcome) {
    calls.add(
        new Recorded(
            calls.size() + 1, "client", operation, began * 1_000_000, ended * 1_000_000, outcome));
  }

  private Verdict check() {
    return new Checker(Baseline.EMPTY, calls).check();
  }

  private String explanation() {
    assertThat(check()).isInstanceOf(Verdict.Violation.class);
    return ((Verdict.Violation) check()).explanation();
  }

  private static Operation txn(Operation... operations) {
    return new Operation.Txn(List.of(), List.of(operations), List.of());
  }

  private static Result did(Result... results) {
    return new Result.Txn(true, List.of(results));
  }

  private static Result wrote() {
    return new Result.Put(Optional.empty());
  }

  private static Result found(Entry... entries) {
    return new Result.Get(List.of(entries));
  }
}
