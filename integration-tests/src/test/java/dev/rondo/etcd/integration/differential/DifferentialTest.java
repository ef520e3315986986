package dev.rondo.etcd.integration.differential;

import dev.rondo.etcd.integration.Lengths;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Random programs, on the companion and on every etcd of this run.
 *
 * <p>They are the same in every brief run, and others in each long one. What one of them has found
 * stays as a test of {@link NamedProgramsTest}.
 */
class DifferentialTest {
  private static final String SEED = "42";
  private static final Contest ALONE = Contest.of(1);
  private static final Contest TOGETHER = Contest.of(3);

  @AfterContainer
  static void close() {
    ALONE.close();
    TOGETHER.close();
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  @AddLifecycleHook(ManyTries.class)
  void aSingleMemberAnswersAsEtcdDoes(@ForAll("programsForOne") Program program) {
    ALONE.run(program);
  }

  @Provide
  Arbitrary<Program> programsForOne() {
    return Programs.of(Lengths.of(100, 200), 1);
  }

  @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  @AddLifecycleHook(FewTries.class)
  void anyOfThreeMembersAnswersAsEtcdDoes(@ForAll("programsForThree") Program program) {
    TOGETHER.run(program);
  }

  @Provide
  Arbitrary<Program> programsForThree() {
    return Programs.of(Lengths.of(50, 200), 3);
  }

  /** 50, or 2,000 in a long run. */
  static final class ManyTries implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      return execute(context, property, Lengths.of(50, 2000));
    }
  }

  /** 5, or 200 in a long run. */
  static final class FewTries implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      return execute(context, property, Lengths.of(5, 200));
    }
  }

  private static PropertyExecutionResult execute(
      PropertyLifecycleContext context, PropertyExecutor property, int tries) {
    context.attributes().setTries(tries);
    if (!Lengths.areFull()) {
      context.attributes().setSeed(SEED);
    }
    return property.execute();
  }
}
