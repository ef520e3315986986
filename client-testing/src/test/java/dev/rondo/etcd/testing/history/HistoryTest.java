package dev.rondo.etcd.testing.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Answer WRITTEN = new Answer(2, new Result.Put(Optional.empty()));
  private static final Answer NOTHING = new Answer(1, new Result.Get(List.of()));
  private static final Entry A1 = new Entry("a", "1", 2, 2, 1);

  private final History history = new History();

  @Test
  void stampsOperationsWithTimesOfWhichOneAfterAnotherNeverOverlaps() {
    history.begin(Operation.put("a", "1")).answered(WRITTEN);
    history.begin(Operation.get("a")).answered(NOTHING);

    assertThatThrownBy(history::requireLinearizable)
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching(
            "#2 get a \\(main, .* ms, revision 1\\) began after the end of #1 put a=1 \\(main, .* ms,"
                + " revision 2\\) and still did not know its revision");
  }

  @Test
  void takesACallThatNeverEndedAsUnknown() {
    history.begin("lost", Operation.put("a", "1"));
    history.begin(Operation.get("a")).answered(NOTHING);
    history.begin(Operation.get("a")).answered(new Answer(2, new Result.Get(List.of(A1))));

    assertThat(history.check()).isEqualTo(new Verdict.Linearizable());
  }

  @Test
  void takesCallsInTheOrderOfTheirBeginHoweverLateTheirThreadsNoteThem() {
    var times = new ArrayDeque<>(List.of(0L, 9L, 1L, 2L, 3L));
    var deleted = new History(new Baseline(2, List.of(A1)), times::remove);

    deleted.begin("noted first", Operation.delete("a")); // at 9, too late for the read
    deleted.begin("begun first", Operation.delete("a")); // at 1
    deleted.begin(Operation.get("a")).answered(new Answer(3, new Result.Get(List.of())));

    assertThat(deleted.check()).isEqualTo(new Verdict.Linearizable());
  }

  @Test
  void beginsWithWhatTheClusterHolds() {
    var later = History.from(7, List.of(A1));
    later.begin(Operation.get("a")).answered(new Answer(7, new Result.Get(List.of(A1))));
    later
        .begin(new Operation.Put("a", "2", true))
        .answered(new Answer(8, new Result.Put(Optional.of(A1))));

    assertThat(later.check()).isEqualTo(new Verdict.Linearizable());
  }

  @Test
  void refusesToBeginWithWhatIsLater() {
    assertThatThrownBy(() -> History.from(1, List.of(A1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a history from revision 1 cannot begin with"
                + " a=1 (created at 2, modified at 2, version 1)");
  }

  @Test
  void endsACallOnce() {
    var call = history.begin(Operation.put("a", "1"));
    call.unknown();

    assertThatThrownBy(() -> call.answered(WRITTEN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("'put a=1' has ended already");
  }

  @Test
  void refusesAnAnswerToAnotherQuestion() {
    var call = history.begin(Operation.put("a", "1"));

    assertThatThrownBy(() -> call.answered(NOTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'put a=1' cannot be answered by 'found nothing'");
  }

  @Test
  void refusesATxnAnswerWithResultsOfTheOtherBranch() {
    var txn = new Operation.Txn(List.of(), List.of(Operation.put("a", "1")), List.of());
    var call = history.begin(txn);

    assertThatThrownBy(
            () -> call.answered(new Answer(2, new Result.Txn(false, List.of(WRITTEN.result())))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'txn if always then put a=1 else nothing' cannot be answered by"
                + " 'took the else branch: [wrote]'");
  }

  @Test
  void refusesTwoWritesOfOneValue() {
    history.begin(Operation.put("a", "1")).unknown();
    history.begin(Operation.put("a", "1")).unknown();

    assertThatThrownBy(history::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "each value must be of one operation, but put a=1 is of #1 put a=1");
  }
}
