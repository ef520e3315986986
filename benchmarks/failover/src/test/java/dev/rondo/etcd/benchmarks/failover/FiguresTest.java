package dev.rondo.etcd.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rondo.etcd.benchmarks.faults.Call;
import dev.rondo.etcd.benchmarks.faults.Call.Ending;
import dev.rondo.etcd.benchmarks.faults.Call.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** A fault from second 10 to second 20, watched from second 5 until second 30. */
class FiguresTest {
  private static final long VICTIM = 7;
  private static final long OTHER = 8;
  private static final Offset<Double> EXACTLY = within(1e-9);

  private final List<Call> calls = new ArrayList<>();

  private void answered(Operation operation, int caller, double end, long member) {
    calls.add(call(operation, caller, end - 0.5, end, member, Ending.SUCCEEDED));
  }

  private void failed(Operation operation, int caller, double end, Ending ending) {
    calls.add(call(operation, caller, end - 0.5, end, 0, ending));
  }

  private static Call call(
      Operation operation, int caller, double start, double end, long member, Ending ending) {
    return new Call(operation, caller, nanos(start), nanos(end), member, ending);
  }

  private static long nanos(double seconds) {
    return Math.round(seconds * 1e9);
  }

  private Figures figures() {
    Course course = new Course(nanos(10), nanos(20), Map.of(VICTIM, nanos(19)));
    return Figures.of(calls, course, nanos(5), nanos(30), 3);
  }

  @Test
  void theGapIsTheLongestOfAnyOneThread() {
    answered(Operation.READ, 0, 9, OTHER);
    answered(Operation.READ, 1, 9, OTHER);
    answered(Operation.READ, 0, 15, OTHER);
    answered(Operation.READ, 1, 12, OTHER);
    answered(Operation.READ, 0, 20, OTHER);
    answered(Operation.READ, 1, 16, OTHER);
    answered(Operation.READ, 0, 25, OTHER);
    answered(Operation.READ, 1, 23, OTHER);
    answered(Operation.WRITE, 0, 9.5, OTHER);
    answered(Operation.WRITE, 0, 20, OTHER);
    answered(Operation.WRITE, 0, 29, OTHER);

    assertThat(figures().readGap()).isEqualTo(7, EXACTLY);
    assertThat(figures().writeGap()).isEqualTo(10.5, EXACTLY);
  }

  @Test
  void aGapBeforeTheFaultDoesNotCount() {
    answered(Operation.READ, 0, 1, OTHER);
    answered(Operation.READ, 0, 9, OTHER);
    answered(Operation.READ, 0, 15, OTHER);
    answered(Operation.READ, 0, 22, OTHER);
    answered(Operation.READ, 0, 29, OTHER);

    assertThat(figures().readGap()).isEqualTo(7, EXACTLY);
  }

  @Test
  void aThreadThatNeverComesBackWaitsUntilTheEnd() {
    answered(Operation.READ, 0, 9, OTHER);
    failed(Operation.READ, 0, 19, Ending.FAILED);
    answered(Operation.READ, 0, 31, OTHER);

    assertThat(figures().readGap()).isEqualTo(21, EXACTLY);
  }

  @Test
  void failuresBeforeTheFaultDoNotCount() {
    failed(Operation.READ, 0, 9, Ending.FAILED);
    failed(Operation.READ, 0, 11, Ending.FAILED);
    failed(Operation.WRITE, 0, 11, Ending.FAILED);
    failed(Operation.WRITE, 0, 12, Ending.UNKNOWN);
    failed(Operation.WRITE, 0, 31, Ending.UNKNOWN);

    assertThat(figures().failedReads()).isEqualTo(1);
    assertThat(figures().failedWrites()).isEqualTo(3);
    assertThat(figures().unknownWrites()).isEqualTo(2);
  }

  @Test
  void theVictimIsUsedAgainAtItsFirstAnswerSinceItServes() {
    answered(Operation.READ, 0, 18, VICTIM);
    answered(Operation.READ, 0, 20, OTHER);
    answered(Operation.READ, 0, 22, VICTIM);
    answered(Operation.READ, 0, 24, VICTIM);

    assertThat(figures().usedAgain()).isEqualTo(3, EXACTLY);
  }

  @Test
  void aVictimThatIsNotUsedAgainTakesForEver() {
    answered(Operation.READ, 0, 18, VICTIM);
    answered(Operation.READ, 0, 20, OTHER);

    assertThat(figures().usedAgain()).isInfinite();
  }

  @Test
  void throughputIsThatDuringTheFaultForThatBefore() {
    for (int i = 0; i < 10; i++) {
      answered(Operation.READ, 0, 5.4 + i * 0.5, OTHER);
    }
    for (int i = 0; i < 5; i++) {
      answered(Operation.READ, 0, 11 + i * 2, OTHER);
    }

    assertThat(figures().throughput()).isEqualTo(0.25, EXACTLY);
  }
}
