package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionMember;
import dev.rondo.etcd.wire.PutRequest;
import dev.rondo.etcd.wire.WatchCreateRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many watches, on streams that outlive the leader. */
@Alone
@Timeout(300)
class WatchScaleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEYS = Lengths.of(1_000, 10_000);
  private static final int WRITES = 4 * KEYS;
  private static final int STREAMS = 4;
  private static final int WRITERS_PER_MEMBER = 4;
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** What writers were told that it was written. */
  private final Queue<WatchedStream.Seen> acknowledged = new ConcurrentLinkedQueue<>();

  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger writes = new AtomicInteger();

  @Test
  void manyWatchesMissAndDoubleNothingWhileTheLeaderIsLostAndReturns() throws Exception {
    try (var cluster = CompanionCluster.builder().members(3).start()) {
      var leader = cluster.leader();
      var wires = cluster.members().stream().map(WireMember::of).toList();
      var staying = new ArrayList<WireMember>();
      for (int i = 0; i < wires.size(); i++) {
        if (cluster.member(i) != leader) {
          staying.add(wires.get(i));
        }
      }
      var streams =
          IntStream.range(0, STREAMS)
              .mapToObj(i -> WatchedStream.open(staying.get(i % staying.size())))
              .toList();
      for (int i = 0; i < KEYS; i++) {
        streams.get(i % STREAMS).watch(WatchCreateRequest.newBuilder().setKey(key(i)).build());
      }
      var everything = WatchedStream.open(staying.get(0));
      everything.watch(all());
      await().atMost(PATIENCE).until(() -> streams.stream().allMatch(WatchedStream::isWatching));
      await().atMost(PATIENCE).until(everything::isWatching);

      var writers = startWriters(wires);
      loseAndRestart(leader);
      for (var writer : writers) {
        writer.join();
      }
      cluster.awaitReady(PATIENCE);

      var history = history(wires.get(0));
      int written = history.size() - 1; // the last one is nobody's
      await().atMost(PATIENCE).until(() -> everything.size() >= history.size());
      await()
          .atMost(PATIENCE)
          .until(() -> streams.stream().mapToInt(WatchedStream::size).sum() >= written);
      assertThat(history).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(acknowledged).hasSizeGreaterThan(WRITES / 2);
      assertThat(everything.seenByOne()).isEqualTo(history);
      assertThat(seen(streams)).isEqualTo(byKey(history.subList(0, written)));
      System.out.printf(
          "[watches] %d keys: %d writes acknowledged, %d failed, %d in the history%n",
          KEYS, acknowledged.size(), failed.get(), history.size());
      wires.forEach(WireMember::close);
    }
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("key-" + number);
  }

  private static WatchCreateRequest all() {
    return WatchCreateRequest.newBuilder()
        .setKey(ZERO)
        .setRangeEnd(ZERO)
        .setStartRevision(1)
        .build();
  }

  private List<Thread> startWriters(List<WireMember> members) {
    var writers = new ArrayList<Thread>();
    for (var member : members) {
      for (int i = 0; i < WRITERS_PER_MEMBER; i++) {
        var writer = new Thread(() -> write(member), "writer");
        writer.setDaemon(true);
        writer.start();
        writers.add(writer);
      }
    }
    return writers;
  }

  /** Takes the next key in turn until all were written; those that fail count as well. */
  private void write(WireMember member) {
    for (int i = writes.getAndIncrement(); i < WRITES; i = writes.getAndIncrement()) {
      var key = key(i % KEYS);
      try {
        var put = PutRequest.newBuilder().setKey(key).build();
        long revision = member.kv().withWaitForReady().put(put).getHeader().getRevision();
        acknowledged.add(new WatchedStream.Seen(revision, key));
      } catch (StatusRuntimeException e) {
        failed.incrementAndGet(); // it may have been applied: the history tells
      }
    }
  }

  private void loseAndRestart(CompanionMember leader) {
    await().atMost(PATIENCE).until(() -> writes.get() > WRITES / 4);
    leader.kill();
    await().atMost(PATIENCE).until(() -> writes.get() > WRITES / 2);
    leader.restart();
  }

  /** All that the store has, as a watch from the first revision on tells it. */
  private static List<WatchedStream.Seen> history(WireMember member) {
    long last =
        member.kv().put(PutRequest.newBuilder().setKey(ZERO).build()).getHeader().getRevision();
    var stream = WatchedStream.open(member);
    stream.watch(all());
    await()
        .atMost(PATIENCE)
        .until(() -> stream.seenByOne().stream().anyMatch(event -> event.revision() == last));
    return stream.seenByOne();
  }

  private static Map<ByteString, List<WatchedStream.Seen>> byKey(List<WatchedStream.Seen> events) {
    return events.stream().collect(Collectors.groupingBy(WatchedStream.Seen::key));
  }

  private static Map<ByteString, List<WatchedStream.Seen>> seen(List<WatchedStream> streams) {
    var all = new HashMap<ByteString, List<WatchedStream.Seen>>();
    streams.forEach(stream -> all.putAll(stream.seen()));
    return all;
  }
}
