package dev.rondo.etcd.integration;

import dev.rondo.etcd.testing.EtcdCluster;
import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Faults that are drawn by chance: members are killed, frozen, cut off from their peers, lose the
 * connections of their clients or answer them late, mostly one at a time and often the leader, each
 * for one to three seconds with a pause after it.
 */
final class FaultSchedule {
  private enum Fault {
    KILL,
    PAUSE,
    ISOLATE,
    CUT,
    DELAY;

    private static final Duration LATE = Duration.ofMillis(75);

    void begin(EtcdMember victim) {
      switch (this) {
        case KILL -> victim.kill();
        case PAUSE -> victim.pause();
        case ISOLATE -> victim.isolate();
        case CUT -> victim.bridge().cut();
        case DELAY -> victim.bridge().delay(LATE);
      }
    }

    void end(EtcdMember victim) {
      switch (this) {
        case KILL -> victim.restart();
        case PAUSE -> victim.resume();
        case ISOLATE -> victim.heal();
        case CUT -> victim.bridge().cut();
        case DELAY -> victim.bridge().heal();
      }
    }
  }

  private final EtcdCluster cluster;
  private final Random random;
  private final List<Fault> pending = new ArrayList<>(); // so that short runs have each kind too
  private final List<String> done = new ArrayList<>();

  FaultSchedule(EtcdCluster cluster, Random random) {
    this.cluster = cluster;
    this.random = random;
  }

  /** Runs for at least that long, and leaves all members running and linked. */
  void run(Duration length) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < length.toNanos()) {
      round();
      Pause.of(Duration.ofMillis(500 + random.nextInt(1_000)));
    }
  }

  /** What was done, in words. */
  List<String> done() {
    return List.copyOf(done);
  }

  private void round() {
    Fault fault = draw();
    Duration duration = Duration.ofMillis(1_000 + random.nextInt(2_000));
    List<EtcdMember> victims = victims();
    victims.forEach(fault::begin);
    Pause.of(duration);
    victims.forEach(fault::end);
    done.add(
        fault
            + " "
            + victims.stream().map(EtcdMember::name).toList()
            + " for "
            + duration.toMillis()
            + " ms");
  }

  private Fault draw() {
    if (pending.isEmpty()) {
      pending.addAll(List.of(Fault.values()));
      Collections.shuffle(pending, random);
    }
    return pending.remove(0);
  }

  private List<EtcdMember> victims() {
    boolean isLeader = random.nextInt(3) == 0;
    int count = random.nextInt(8) == 0 ? 2 : 1;
    List<EtcdMember> members = new ArrayList<>(cluster.members());
    Collections.shuffle(members, random);
    if (isLeader) {
      EtcdMember leader = cluster.awaitLeader();
      members.remove(leader);
      members.add(0, leader);
    }
    return List.copyOf(members.subList(0, count));
  }
}
