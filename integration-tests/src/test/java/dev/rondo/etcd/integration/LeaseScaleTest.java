package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.balancer.Connection;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.PutResult;
import dev.rondo.etcd.lease.AsyncLeaseClient;
import dev.rondo.etcd.lease.KeptLease;
import dev.rondo.etcd.lease.LeaseClient;
import dev.rondo.etcd.lease.LeaseState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many leases, kept and then forgotten. */
@Alone
@Timeout(300)
class LeaseScaleTest {
  private static final Duration TTL = Lengths.of(Duration.ofSeconds(5), Duration.ofSeconds(30));
  private static final Duration KEPT = Lengths.of(Duration.ofSeconds(8), Duration.ofSeconds(75));
  private static final int LEASES = Lengths.of(2_000, 10_000);
  private static final int AT_A_TIME = 100;
  private static final KeyRange KEYS = KeyRange.prefix("worker-");

  @Test
  void noneOfManyLeasesExpiresAndAllDoWhenTheirClientIsGone() {
    try (var cluster = CompanionCluster.builder().members(3).start();
        var watching = connect(cluster)) {
      var kv = KvClient.over(watching);
      var changes = new CopyOnWriteArrayList<LeaseState>();
      long closed;
      try (var connection = connect(cluster)) {
        for (var lease : keepMany(connection)) {
          lease.onChange(status -> changes.add(status.state()));
        }
        assertThat(count(kv)).isEqualTo(LEASES);

        await()
            .atMost(KEPT.plusSeconds(30))
            .during(KEPT)
            .untilAsserted(
                () -> {
                  assertThat(changes).isEmpty();
                  assertThat(count(kv)).isEqualTo(LEASES);
                });
        closed = System.nanoTime();
      }

      await().atMost(TTL.plusSeconds(30)).until(() -> count(kv) == 0);
      var late = Duration.ofNanos(System.nanoTime() - closed).minus(TTL);
      new Figure("all keys gone after the time to live", Duration.ofSeconds(2))
          .check(late, Duration.ZERO);
    }
  }

  private static Connection connect(CompanionCluster cluster) {
    return Connection.builder().endpoints(cluster.endpoints()).build();
  }

  /**
   * Keeps all leases, each with a key: a hundred at a time, for a lease that waits for its first
   * renewal behind thousands of calls may be over by then.
   */
  private static List<KeptLease> keepMany(Connection connection) {
    var leases = LeaseClient.over(connection).async(); // one stream for all
    var kv = KvClient.over(connection).async();
    var kept = new ArrayList<KeptLease>();
    for (int i = 0; i < LEASES; i += AT_A_TIME) {
      kept.addAll(keep(leases, kv, i, i + AT_A_TIME));
    }
    return kept;
  }

  private static List<KeptLease> keep(AsyncLeaseClient leases, AsyncKvClient kv, int from, int to) {
    var kept = new ArrayList<CompletableFuture<KeptLease>>();
    var puts = new ArrayList<CompletableFuture<PutResult>>();
    for (int i = from; i < to; i++) {
      var key = "worker-" + i;
      var lease = leases.keep(TTL);
      kept.add(lease);
      puts.add(lease.thenCompose(granted -> kv.put(key, "here", put -> put.lease(granted.id()))));
    }
    puts.forEach(CompletableFuture::join);
    return kept.stream().map(CompletableFuture::join).toList();
  }

  private static long count(KvClient kv) {
    return kv.get(KEYS, get -> get.countOnly()).count();
  }
}
