package dev.rondo.etcd.companion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster for tests of JUnit.
 *
 * <pre>{@code
 * @RegisterExtension static final CompanionExtension etcd = CompanionExtension.members(3);
 *
 * @Test
 * void survives() {
 *   var endpoints = etcd.endpoints();
 *   etcd.cluster().awaitLeader().kill();
 *   ...
 * }
 * }</pre>
 *
 * <p>In a static field there is one cluster for all tests of the class, in another a new one for
 * each test. After a test that fails, what happened to the cluster is written to {@code
 * target/companion-logs}, and the file is named on standard error.
 */
public final class CompanionExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Path LOGS = Path.of("target", "companion-logs");

  private final CompanionClusterBuilder builder;
  private volatile @Nullable CompanionCluster cluster;
  private volatile boolean forAll;

  private CompanionExtension(CompanionClusterBuilder builder) {
    this.builder = builder;
  }

  /** A cluster of so many members, with all else as it comes. */
  public static CompanionExtension members(int members) {
    return new CompanionExtension(CompanionCluster.builder().members(members));
  }

  /** A cluster as described, such as {@code of(etcd -> etcd.members(3).timings(Timings.FAST))}. */
  public static CompanionExtension of(UnaryOperator<CompanionClusterBuilder> description) {
    return new CompanionExtension(description.apply(CompanionCluster.builder()));
  }

  /**
   * The cluster of the running test.
   *
   * @throws IllegalStateException outside of tests
   */
  public CompanionCluster cluster() {
    var running = cluster;
    if (running == null) {
      throw new IllegalStateException(
          "no test is running: register this with @RegisterExtension, and ask within a test");
    }
    return running;
  }

  /** The URLs for clients of all members. */
  public List<String> endpoints() {
    return cluster().endpoints();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    forAll = true;
    cluster = builder.start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!forAll) {
      cluster = builder.start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      keepLog(context);
    }
    if (!forAll) {
      close();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
    forAll = false;
  }

  private void close() {
    var running = cluster;
    cluster = null;
    if (running != null) {
      running.close();
    }
  }

  private void keepLog(ExtensionContext context) {
    var file = LOGS.resolve(fileName(context)).toAbsolutePath();
    try {
      cluster().writeLog(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the log of the cluster", e);
    }
    System.err.println("What happened to the cluster: " + file);
  }

  /** A name that is unlike that of any other test, parameters included. */
  private static String fileName(ExtensionContext context) {
    var test =
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName();
    return test
        + "-"
        + String.format(Locale.ROOT, "%08x", context.getUniqueId().hashCode())
        + ".log";
  }
}
