package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an application gets that depends on {@code rondo-client}. */
class RuntimeTreeTest {
  /** The same of jetcd-core 0.8.7. */
  private static final int JARS_OF_JETCD = 44;

  private static final long BYTES_OF_JETCD = 18_893_418;

  private static final Pattern NETTY =
      Pattern.compile("netty-(?!tcnative).*-(\\d+\\.\\d+\\.\\d+\\.Final)(-.*)?\\.jar");

  /** What the example needs beyond the client: themselves, and something that logs. */
  private static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(QuickStartJvm.modules())) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(
              file ->
                  !file.getFileName()
                      .toString()
                      .matches("(rondo-example-quick-start|slf4j-simple)-.*"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theRuntimeTreeIsSmallerThanThatOfJetcd() throws IOException {
    List<Path> jars = jars();

    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }

    System.out.printf("[figure] rondo-client: %d jars, %d bytes%n", jars.size(), bytes);
    assertThat(jars).hasSizeLessThan(JARS_OF_JETCD);
    assertThat(bytes).isLessThan(BYTES_OF_JETCD);
  }

  @Test
  void thereIsOneVersionOfNetty() throws IOException {
    List<String> versions =
        jars().stream()
            .map(jar -> NETTY.matcher(jar.getFileName().toString()))
            .filter(Matcher::matches)
            .map(netty -> netty.group(1))
            .distinct()
            .toList();

    assertThat(versions).hasSize(1);
  }
}
