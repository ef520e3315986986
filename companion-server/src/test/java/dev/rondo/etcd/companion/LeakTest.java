package dev.rondo.etcd.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters come and go. */
@Timeout(600)
class LeakTest {
  private static final String PREFIX = "rondo-companion-" + ProcessHandle.current().pid() + "-";

  /**
   * What Ratis (eight timers), the clients' gRPC, Netty, Awaitility and the JDK keep for the JVM.
   */
  private static final Pattern STAYING =
      Pattern.compile(
          "timer[0-7]|grpc-.*|globalEventExecutor.*|awaitility-.*|ForkJoinPool.*"
              + "|CompletableFutureDelayScheduler|process reaper");

  private static final int CLUSTERS = Boolean.getBoolean("rondo.long") ? 200 : 20;

  @Test
  void leavesNoThreadPortOrFile() throws IOException {
    startAndStop(0); // what the JVM keeps for good is there after the first
    var threads = threads();
    int descriptors = descriptors().size();

    for (int i = 1; i <= CLUSTERS; i++) {
      startAndStop(i);
    }

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(threads()).isSubsetOf(threads));
    assertThat(folders()).isEmpty();
    assertThat(descriptors().size()).isLessThanOrEqualTo(descriptors + 2);
  }

  private static void startAndStop(int number) {
    int members = number % 4 == 3 ? 3 : 1;
    try (var cluster = CompanionCluster.builder().members(members).start();
        var client = Client.of(cluster.member(0))) {
      client.put("key", "value");
      if (members > 1) {
        cluster.leader().kill();
      }
    }
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !STAYING.matcher(name).matches())
        .collect(Collectors.toSet());
  }

  private static List<Path> folders() throws IOException {
    var all = new ArrayList<Path>();
    for (var parent : List.of(System.getProperty("java.io.tmpdir"), "/dev/shm")) {
      try (Stream<Path> found = Files.list(Path.of(parent))) {
        found.filter(path -> path.getFileName().toString().startsWith(PREFIX)).forEach(all::add);
      }
    }
    return all;
  }

  private static List<Path> descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.toList();
    }
  }
}
