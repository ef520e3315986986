package dev.rondo.etcd.benchmarks.failover;

import dev.rondo.etcd.testing.EtcdMember;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What happens to members while the clients call. */
enum Fault {
  /** The process ends at once, and is started again. */
  KILL("kill -9", false) {
    @Override
    void begin(EtcdMember victim) {
      victim.kill();
    }

    @Override
    void end(EtcdMember victim) {
      victim.restart();
    }
  },

  /** The process stands still: connections stay, and nothing is answered. */
  FREEZE("SIGSTOP", true) {
    @Override
    void begin(EtcdMember victim) {
      victim.pause();
    }

    @Override
    void end(EtcdMember victim) {
      victim.resume();
    }
  },

  /** Nothing gets through between clients and the member, which stays with the cluster. */
  BLACK_HOLE("black hole", true) {
    @Override
    void begin(EtcdMember victim) {
      victim.bridge().blackhole();
    }

    @Override
    void end(EtcdMember victim) {
      victim.bridge().heal();
    }
  },

  /** A member is stopped gently and started again, and then the next one. */
  ROLLING_RESTART("rolling restart", false) {
    @Override
    void begin(EtcdMember victim) {
      victim.stop();
    }

    @Override
    void end(EtcdMember victim) {
      victim.restart();
    }
  };

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private final String title;
  private final boolean silent;

  Fault(String title, boolean silent) {
    this.title = title;
    this.silent = silent;
  }

  abstract void begin(EtcdMember victim);

  abstract void end(EtcdMember victim);

  /** Whether no client is told: connections stay open and calls stay unanswered. */
  boolean isSilent() {
    return silent;
  }

  /** Whom it can befall. */
  List<Victim> victims() {
    return this == ROLLING_RESTART ? List.of(Victim.EACH) : List.of(Victim.FOLLOWER, Victim.LEADER);
  }

  /** Inflicts it on {@code victims} one after the other, on each for so long. */
  Course inflict(Map<EtcdMember, Long> victims, Duration each) throws InterruptedException {
    long begin = System.nanoTime();
    Map<Long, Long> serving = new HashMap<>();
    for (Map.Entry<EtcdMember, Long> victim : victims.entrySet()) {
      begin(victim.getKey());
      Thread.sleep(each.toMillis());
      end(victim.getKey());
      serving.put(victim.getValue(), awaitServing(victim.getKey()));
    }
    return new Course(begin, System.nanoTime(), serving);
  }

  /** Asks over fresh connections past the bridges, and returns the time of the first answer. */
  private static long awaitServing(EtcdMember member) throws InterruptedException {
    long latest = System.nanoTime() + PATIENCE.toNanos();
    while (!member.isServing()) {
      if (System.nanoTime() > latest) {
        throw new IllegalStateException(member + " is not back after " + PATIENCE);
      }
      Thread.sleep(INTERVAL.toMillis());
    }
    return System.nanoTime();
  }

  @Override
  public String toString() {
    return title;
  }
}
