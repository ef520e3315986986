package dev.rondo.etcd.integration;

import dev.rondo.etcd.examples.QuickStart;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The quick start in a JVM of its own, with everything on the module path. */
final class QuickStartJvm {
  private static final String MAIN = "dev.rondo.etcd.examples/" + QuickStart.class.getName();
  private static final long LIMIT_SECONDS = 60;

  private QuickStartJvm() {}

  /**
   * How it ended.
   *
   * @param code its exit code
   * @param output what it wrote, errors included
   */
  record Ended(int code, String output) {}

  /** The folder with the jar of the example and all that it needs at run time, and nothing else. */
  static Path modules() {
    try {
      Path example =
          Path.of(QuickStart.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(example)) {
        throw new IllegalStateException(
            "the example must be packaged (mvn verify), but is a folder: " + example);
      }
      return example.getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the example is nowhere", e);
    }
  }

  /** Runs it to its end. */
  static Ended run(List<String> jvmOptions, List<String> endpoints)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("--module-path", modules().toString(), "--module", MAIN));
    command.addAll(endpoints);
    Path output = Files.createTempFile("quick-start", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("still running: " + Files.readString(output));
        }
        return new Ended(process.exitValue(), Files.readString(output));
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(output);
    }
  }
}
