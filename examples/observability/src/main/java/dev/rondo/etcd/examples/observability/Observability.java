package dev.rondo.etcd.examples.observability;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.companion.CompanionCluster;
import dev.rondo.etcd.companion.CompanionMember;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Uses a cluster of three members in this JVM, kills one and restarts it, and prints what
 * Micrometer, OpenTelemetry and the client itself have seen of that. Needs nothing installed.
 */
public final class Observability {
  private static final int WRITES = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Observability() {}

  /** Runs for some seconds. */
  public static void main(String[] arguments) throws InterruptedException, TimeoutException {
    try (Instruments instruments = new Instruments();
        CompanionCluster cluster = CompanionCluster.builder().members(3).start();
        Etcd etcd =
            Etcd.builder()
                .endpoints(cluster.endpoints())
                .grpc(instruments.grpc())
                .listener(instruments::count)
                .build()) {
      instruments.watch(etcd.connection());
      await(instruments, "Connected", 3);

      for (int i = 0; i < WRITES; i++) {
        etcd.kv().put("orders/17", "state " + i);
      }
      Readers readers = Readers.start(etcd.kv(), 8);
      CompanionMember follower =
          cluster.members().stream().filter(member -> !member.isLeader()).findFirst().orElseThrow();
      follower.kill();
      await(instruments, "Disconnected", 1);
      Thread.sleep(1000);
      follower.restart();
      await(instruments, "Connected", 4);
      Thread.sleep(1000);
      long reads = readers.stop();

      print("calls of this program", List.of("writes: " + WRITES, "reads: " + reads));
      print("by Micrometer", Report.attempts(instruments.micrometer()));
      print("by OpenTelemetry", Report.attempts(instruments.openTelemetry()));
      print("events", Report.values(instruments.micrometer(), "etcd.events"));
      print("endpoints", Report.values(instruments.micrometer(), "etcd.endpoints"));
    }
  }

  private static void await(Instruments instruments, String kind, int count)
      throws InterruptedException, TimeoutException {
    long latest = System.nanoTime() + PATIENCE.toNanos();
    while (instruments.counted(kind) < count) {
      if (System.nanoTime() > latest) {
        throw new TimeoutException("there should be " + count + " events " + kind + " by now");
      }
      Thread.sleep(5);
    }
  }

  private static void print(String heading, List<String> lines) {
    System.out.println(heading);
    lines.forEach(line -> System.out.println("  " + line));
  }
}
