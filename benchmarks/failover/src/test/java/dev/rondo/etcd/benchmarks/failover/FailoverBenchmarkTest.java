package dev.rondo.etcd.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.benchmarks.Contestant;
import dev.rondo.etcd.benchmarks.rondo.RondoUnderFaults;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keeps the benchmark from rotting; says nothing about times. */
@Timeout(120)
class FailoverBenchmarkTest {
  private static final Path BENCHMARKS = Path.of("..");

  @Test
  void measuresAllClientsWhileAFollowerIsKilled() throws Exception {
    List<String> brief =
        List.of(
            "--rounds=1",
            "--faults=kill",
            "--victims=follower",
            "--transport=plaintext",
            "--fault-seconds=2",
            "--warm-up-seconds=1",
            "--before-seconds=1",
            "--after-seconds=1");

    String table =
        FailoverBenchmark.run(
            brief,
            List.of(
                new Contestant(
                    Contestant.RONDO,
                    RondoUnderFaults.class.getName(),
                    System.getProperty("java.class.path")),
                Contestant.built(
                    BENCHMARKS, Contestant.JETCD, "peers/jetcd", "jetcd.JetcdUnderFaults"),
                Contestant.built(BENCHMARKS, Contestant.IBM, "peers/ibm", "ibm.IbmUnderFaults")));

    assertThat(table)
        .contains("| plaintext | kill -9 | follower | Rondo | 0 |")
        .contains("| plaintext | kill -9 | follower | jetcd 0.8.7 |")
        .contains("| plaintext | kill -9 | follower | IBM 0.0.24 |");
  }
}
