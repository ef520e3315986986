package dev.rondo.etcd.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program in a comparison, mostly a client.
 *
 * @param name its heading in the table
 * @param mainClass what its JVM runs
 * @param classPath of its JVM
 */
public record Contestant(String name, String mainClass, String classPath) {
  /** What the others are compared with. */
  public static final String STUB = "stub";

  /** The client that the goals are for. */
  public static final String RONDO = "Rondo";

  /** The name of one of the peers, with its version. */
  public static final String JETCD = "jetcd 0.8.7";

  /** The name of the other one. */
  public static final String IBM = "IBM 0.0.24";

  private static final String ROOT = "dev.rondo.etcd.benchmarks.";

  /**
   * Returns one as the build left it.
   *
   * @param benchmarks the folder of all benchmarks
   * @param name its heading in the table
   * @param folder of its module, under that one
   * @param mainClass without the package that all benchmarks share
   */
  public static Contestant built(Path benchmarks, String name, String folder, String mainClass)
      throws IOException {
    Path target = benchmarks.resolve(folder).resolve("target");
    String libraries = Files.readString(target.resolve("class-path")).strip();
    return new Contestant(name, ROOT + mainClass, target.resolve("classes") + ":" + libraries);
  }
}
