package dev.rondo.etcd.benchmarks.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.benchmarks.faults.Call;
import dev.rondo.etcd.benchmarks.faults.Call.Ending;
import dev.rondo.etcd.benchmarks.faults.Call.Operation;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WritesTest {
  private static final Call ACKNOWLEDGED = new Call(Operation.WRITE, 0, 1, 2, 7, Ending.SUCCEEDED);

  @Test
  void aValueThatComesTwiceWasAppliedTwice() {
    try (EtcdCluster cluster = EtcdBackend.any().cluster().start();
        Etcd etcd = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      for (String value : List.of("0", "1", "1", "2", "3", "3", "4")) {
        etcd.kv().put("twice/0", value);
      }
      for (String value : List.of("0", "1", "2", "3", "4", "5", "6")) {
        etcd.kv().put("once/0", value);
      }
      List<Call> five = Collections.nCopies(5, ACKNOWLEDGED); // two writes are of unknown outcome

      Writes writes = new Writes(etcd.kv());

      assertThat(writes.appliedTwice("twice", 1, five)).isEqualTo(2);
      assertThat(writes.appliedTwice("once", 1, five)).isZero();
    }
  }
}
