package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * A time that the product should keep to. On a machine that is busy with other things the bare
 * number means little, so what is asserted is the larger of three times it and three times a
 * control of the same run.
 */
record Figure(String name, Duration goal) {
  void check(Duration measured, Duration control) {
    Duration limit = max(goal, control).multipliedBy(3);
    System.out.printf(
        "[figure] %s: %d ms (goal %d ms, control %d ms, asserted %d ms)%n",
        name, measured.toMillis(), goal.toMillis(), control.toMillis(), limit.toMillis());
    assertThat(measured).as(name).isLessThanOrEqualTo(limit);
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
