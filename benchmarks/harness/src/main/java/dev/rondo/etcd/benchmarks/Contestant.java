package dev.rondo.etcd.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A client in the comparison.
 *
 * @param name its heading in the table
 * @param mainClass what its JVM runs
 * @param classPath of its JVM
 */
public record Contestant(String name, String mainClass, String classPath) {
  /** What the others are compared with. */
  static final String STUB = "stub";

  /** The client that the limits are for. */
  static final String RONDO = "Rondo";

  private static final String ROOT = "dev.rondo.etcd.benchmarks.";

  /** Returns the canned server as the build left it under {@code benchmarks}. */
  static Contestant server(Path benchmarks) throws IOException {
    return built(benchmarks, "server", "rondo-and-stub", "rondo.CannedServer");
  }

  /** Returns all clients as the build left them under {@code benchmarks}; the stub is the first. */
  static List<Contestant> clients(Path benchmarks) throws IOException {
    return List.of(
        built(benchmarks, STUB, "rondo-and-stub", "rondo.StubTarget"),
        built(benchmarks, "direct stub", "rondo-and-stub", "rondo.DirectStub"),
        built(benchmarks, RONDO, "rondo-and-stub", "rondo.RondoTarget"),
        built(benchmarks, "jetcd 0.8.7", "peers/jetcd", "jetcd.JetcdTarget"),
        built(benchmarks, "IBM 0.0.24", "peers/ibm", "ibm.IbmTarget"));
  }

  private static Contestant built(Path benchmarks, String name, String folder, String mainClass)
      throws IOException {
    Path target = benchmarks.resolve(folder).resolve("target");
    String libraries = Files.readString(target.resolve("class-path")).strip();
    return new Contestant(name, ROOT + mainClass, target.resolve("classes") + ":" + libraries);
  }
}
