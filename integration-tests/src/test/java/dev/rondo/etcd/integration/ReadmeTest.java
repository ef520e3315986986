package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows is what is compiled and run. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern FIRST_JAVA = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);

  @Test
  void theFirstSnippetIsPartOfTheQuickStart() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    String quickStart =
        Files.readString(
            ROOT.resolve(
                "examples/quick-start/src/main/java/dev/rondo/etcd/examples/QuickStart.java"));
    Matcher snippet = FIRST_JAVA.matcher(readme);

    assertThat(snippet.find()).isTrue();
    assertThat(lines(quickStart)).containsSubsequence(lines(snippet.group(1)));
  }

  private static List<String> lines(String code) {
    return code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
