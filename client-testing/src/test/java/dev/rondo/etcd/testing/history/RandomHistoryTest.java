package dev.rondo.etcd.testing.history;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RandomHistoryTest {
  @Property(tries = 150)
  void acceptsWhateverACorrectServerAnswers(
      @ForAll long seed,
      @ForAll @IntRange(min = 3, max = 12) int keys,
      @ForAll @DoubleRange(min = 0, max = 0.2) double trouble) {
    var run = new Simulation(seed, 300, keys, trouble, null).run();

    assertThat(run.history().check()).isEqualTo(new Verdict.Linearizable());
  }

  @Test
  void acceptsALongRun() {
    var run = new Simulation(1, 20_000, 10, 0.05, null).run();

    assertThat(run.history().check()).isEqualTo(new Verdict.Linearizable());
  }
}
