package dev.rondo.etcd.companion.rpc;

import static dev.rondo.etcd.companion.rpc.Watched.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import dev.rondo.etcd.companion.storage.Change;
import dev.rondo.etcd.wire.Event;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A watch on each of ten thousand keys and one on all of them, under writes at full speed. */
@Timeout(300)
class ManyWatchesTest {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);
  private static final int KEYS = 10_000;
  private static final int STREAMS = 10;
  private static final int WRITES = 20_000;

  @Test
  void hearEachWriteOnce() {
    var random = new Random(1);
    try (var watched = new WatchedStore()) {
      var clients = new ArrayList<WatchClient>();
      for (int i = 0; i < STREAMS; i++) {
        clients.add(WatchClient.reading(watched.channel()));
      }
      for (int key = 0; key < KEYS; key++) {
        var name = name(key);
        clients.get(key % STREAMS).create(create -> create.setKey(utf8(name)));
      }
      for (int key = 0; key < KEYS; key++) {
        assertThat(clients.get(key % STREAMS).next().getCreated()).isTrue();
      }
      var all = WatchClient.reading(watched.channel());
      all.created(create -> create.setKey(OPEN).setRangeEnd(OPEN));

      long begin = System.nanoTime();
      long cpu = cpuNanos();
      for (int i = 0; i < WRITES; i++) {
        watched.put(name(random.nextInt(KEYS)), "v" + i);
      }
      double writing = secondsSince(begin);
      var heard = all.events(WRITES);
      var heardByKey = heardByKey(clients, heard);
      double hearing = secondsSince(begin);
      double busy = (cpuNanos() - cpu) / 1e9;

      var history = watched.store().history(2, WRITES);
      var written =
          history.commits().stream().flatMap(commit -> commit.changes().stream()).toList();
      assertThat(written).hasSize(WRITES);
      assertThat(heard.stream().map(Event::getKv).toList())
          .isEqualTo(written.stream().map(Change::keyValue).toList());
      assertThat(heardByKey).isEqualTo(byKey(heard));
      System.out.printf(
          "[figure] %d watches, %d writes in %.2f s, %.0f events/s in %.2f s, cpu %.2f s%n",
          KEYS + 1, WRITES, writing, 2 * WRITES / hearing, hearing, busy);
    }
  }

  private static String name(int key) {
    return "key/%05d".formatted(key);
  }

  /** What the watches of one key each heard: as much as the watch of all, and nothing after. */
  private static Map<ByteString, List<Event>> heardByKey(
      List<WatchClient> clients, List<Event> expected) {
    var counts = new int[STREAMS];
    for (var event : expected) {
      counts[stream(event)]++;
    }
    var heard = new HashMap<ByteString, List<Event>>();
    for (int i = 0; i < STREAMS; i++) {
      for (var event : clients.get(i).events(counts[i])) {
        assertThat(stream(event)).isEqualTo(i);
        heard.computeIfAbsent(event.getKv().getKey(), key -> new ArrayList<>()).add(event);
      }
      clients.get(i).expectNothingMore();
    }
    return heard;
  }

  private static int stream(Event event) {
    return Integer.parseInt(event.getKv().getKey().toStringUtf8().substring(4)) % STREAMS;
  }

  private static Map<ByteString, List<Event>> byKey(List<Event> events) {
    var byKey = new HashMap<ByteString, List<Event>>();
    events.forEach(
        event ->
            byKey.computeIfAbsent(event.getKv().getKey(), key -> new ArrayList<>()).add(event));
    byKey.values().forEach(ofKey -> ofKey.sort(Comparator.comparing(e -> e.getKv().getVersion())));
    return byKey;
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Of this process, which is server and clients at once. */
  private static long cpuNanos() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }
}
