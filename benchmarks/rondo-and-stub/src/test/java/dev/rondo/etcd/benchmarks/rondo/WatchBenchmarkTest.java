package dev.rondo.etcd.benchmarks.rondo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.watches.WatchBenchmark;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark of watches from rotting; says nothing about speed. */
class WatchBenchmarkTest {
  @Test
  void measuresRondoAndTheStub() throws Exception {
    List<String> brief =
        List.of("--rounds=1", "--round-millis=100", "--warm-up-millis=50", "--watches=300");

    String table =
        WatchBenchmark.run(
            brief,
            contestant("server", CannedWatchServer.class),
            List.of(
                contestant("stub", StubWatches.class), contestant("Rondo", RondoWatches.class)));

    assertThat(table)
        .contains("| all idle watches created | stub |", "| heap of an idle watch | Rondo |")
        .contains("events per CPU second | stub |", "CPU per event | Rondo |");
  }

  private static Contestant contestant(String name, Class<?> program) {
    return new Contestant(name, program.getName(), System.getProperty("java.class.path"));
  }
}
