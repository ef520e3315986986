package dev.rondo.etcd.examples.observability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What it prints adds up. */
@Timeout(120)
class ObservabilityTest {
  private static String output() throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      Observability.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    console.print(bytes.toString(UTF_8));
    return bytes.toString(UTF_8);
  }

  /** Returns the only number in what follows {@code heading} under {@code section}. */
  private static long number(String output, String section, String heading) {
    String lines = output.substring(output.indexOf(section));
    return Pattern.compile("(?m)^  " + Pattern.quote(heading) + ": (\\d+)")
        .matcher(lines)
        .results()
        .findFirst()
        .map(MatchResult::group)
        .map(line -> Long.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
        .orElseThrow(() -> new AssertionError("no " + heading + " in " + lines));
  }

  @Test
  void everyCallIsCountedByBothAndSoIsEveryEvent() throws Exception {
    String output = output();

    long reads = number(output, "calls of this program", "reads");
    assertThat(reads).isPositive();
    for (String section : new String[] {"by Micrometer", "by OpenTelemetry"}) {
      assertThat(number(output, section, "etcdserverpb.KV/Put OK")).isEqualTo(100);
      assertThat(number(output, section, "etcdserverpb.KV/Range OK")).isEqualTo(reads);
    }
    assertThat(number(output, "events", "Connected")).isGreaterThanOrEqualTo(4);
    assertThat(number(output, "events", "Disconnected")).isPositive();
    assertThat(number(output, "endpoints", "CONNECTED")).isEqualTo(3);
    assertThat(number(output, "endpoints", "CONNECTING")).isZero();
  }
}
