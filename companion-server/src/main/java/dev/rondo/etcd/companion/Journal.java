package dev.rondo.etcd.companion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened to a cluster: starts, ends, faults and changes of leadership, the last few thousand
 * of them, each with the time of day in UTC. Kept in memory, and told to the log at DEBUG.
 */
final class Journal {
  private static final Logger log = LoggerFactory.getLogger(CompanionCluster.class);
  private static final int CAPACITY = 5000;

  private final Clock clock;
  private final ArrayDeque<String> lines = new ArrayDeque<>(); // guarded by this

  Journal(Clock clock) {
    this.clock = clock;
  }

  void note(String who, String what) {
    log.debug("{} {}", who, what);
    var line = LocalTime.now(clock).truncatedTo(ChronoUnit.MILLIS) + " " + who + " " + what;
    synchronized (this) {
      if (lines.size() == CAPACITY) {
        lines.removeFirst();
      }
      lines.add(line);
    }
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  void writeTo(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, lines());
  }
}
