package dev.rondo.etcd.benchmarks.rondo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.cost.Benchmark;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the benchmark from rotting; says nothing about speed. */
class BenchmarkTest {
  @Test
  void measuresRondoAndTheStubInEveryWayOfCalling() throws Exception {
    List<String> brief =
        List.of("--rounds=1", "--round-millis=20", "--warm-up-millis=20", "--in-flight=1,8");

    String table =
        Benchmark.run(
            brief,
            contestant("server", CannedServer.class),
            List.of(contestant("stub", StubTarget.class), contestant("Rondo", RondoTarget.class)));

    assertThat(table)
        .contains("| blocking get | 1 | stub |", "| blocking put | 8 | Rondo |")
        .contains("| async get | 1 | stub |", "| async put | 8 | Rondo |");
  }

  private static Contestant contestant(String name, Class<?> program) {
    return new Contestant(name, program.getName(), System.getProperty("java.class.path"));
  }
}
