package dev.rondo.etcd.testing.history;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeededBugTest {
  private static final int SEEDS = 20;

  /** A few bugs leave no trace: what they spoil is written again before anyone looks. */
  @ParameterizedTest
  @EnumSource
  void catchesABugInRunsThatAreFineWithoutIt(Bug bug) {
    int shown = 0;
    int caught = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      assertThat(run(seed, null).history().check()).isEqualTo(new Verdict.Linearizable());

      var run = run(seed, bug);

      var verdict = run.history().check();
      assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
      shown += run.server().erred() ? 1 : 0;
      caught += verdict instanceof Verdict.Violation ? 1 : 0;
    }
    assertThat(shown).isGreaterThanOrEqualTo(SEEDS - 4);
    assertThat(caught).isBetween(shown - 2, shown);
  }

  private static Simulation run(int seed, Bug bug) {
    return new Simulation(seed, 300, 6, 0.15, bug).run();
  }
}
