package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.kv.AsyncKvClient;
import dev.rondo.etcd.testing.EtcdBackend;
import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches of a member that was away for so long that it gets a snapshot of the leader. */
@Timeout(120)
class WatchSnapshotTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Etcd 3.4 keeps 5,000 entries of its log in any case. */
  private static final int WRITES = 6_000;

  private static final int AT_A_TIME = 100;
  private static final String VALUE = "x".repeat(1_000);

  static List<EtcdBackend> backends() {
    return Lengths.partitionable().stream()
        .filter(backend -> Lengths.areFull() || backend.isReal())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void w24_aWatchOfOldRevisionsHearsAllFromAFollowerThatWasRestoredFromASnapshot(
      EtcdBackend backend) throws IOException {
    var heard = new HeardEvents();
    var later = new HeardEvents();
    try (EtcdCluster cluster =
        backend.cluster().members(3).partitionable().flag("--snapshot-count=500").start()) {
      EtcdMember follower = cluster.followers().get(0);
      List<String> others =
          cluster.members().stream()
              .filter(member -> member != follower)
              .map(EtcdMember::endpoint)
              .toList();
      try (Etcd behind = Etcd.builder().endpoints(follower.endpoint()).build();
          Etcd ahead = Etcd.builder().endpoints(others).build()) {
        Revision first = ahead.kv().put("key/0", VALUE).header().revision();
        behind.kv().watch(KeyRange.prefix("key/"), options -> options.startRevision(first), heard);
        heard.awaitChanges(1);

        follower.isolate();
        write(ahead);
        follower.heal();
        cluster.awaitHealthy(PATIENCE);
        behind.kv().watch(KeyRange.prefix("key/"), options -> options.startRevision(first), later);

        Revision last = ahead.kv().put("key/end", VALUE).header().revision();
        await().atMost(PATIENCE).until(() -> hasTold(later, last));
        await().atMost(PATIENCE).until(() -> hasTold(heard, last));
        assertThat(heard.ends).isEmpty();
      }
      if (backend.isReal()) {
        assertThat(Files.readString(follower.log())).contains("applied snapshot");
      }
    }

    List<String> all =
        Stream.concat(IntStream.range(0, WRITES).mapToObj(Integer::toString), Stream.of("end"))
            .map(key -> "key/" + key + "=" + VALUE)
            .toList();
    assertThat(Set.copyOf(later.told())).as("what was told").hasSameElementsAs(all);
    assertThat(heard.changes()).isEqualTo(later.changes());
  }

  private static boolean hasTold(HeardEvents heard, Revision revision) {
    return !heard.batches.isEmpty()
        && heard.batches.get(heard.batches.size() - 1).revision().compareTo(revision) >= 0;
  }

  /** Some at a time, lest a busy machine take the member for silent; one may be written twice. */
  private static void write(Etcd client) {
    AsyncKvClient kv = client.kv().with(call -> call.timeout(PATIENCE).idempotent(true)).async();
    var puts = new ArrayList<CompletableFuture<?>>();
    for (int i = 1; i < WRITES; i++) {
      puts.add(kv.put("key/" + i, VALUE));
      if (puts.size() == AT_A_TIME) {
        puts.forEach(CompletableFuture::join);
        puts.clear();
      }
    }
    puts.forEach(CompletableFuture::join);
  }
}
