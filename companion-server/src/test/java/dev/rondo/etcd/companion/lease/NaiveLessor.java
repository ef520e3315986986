package dev.rondo.etcd.companion.lease;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.error.EtcdError;
import dev.rondo.etcd.companion.lease.Lessor.Checkpoint;
import dev.rondo.etcd.companion.lease.Lessor.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * What a {@link Lessor} should do, without any of its shortcuts: it looks at every lease each time,
 * and keeps time by steps of its own. Answers are values, and refusals {@link EtcdError}s.
 */
final class NaiveLessor {
  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
  static final Duration RETRY_INTERVAL = Duration.ofSeconds(3);
  static final long MIN_TTL = 2;

  private static final class Row {
    long granted;
    long checkpoint;
    long deadline; // milliseconds, as all times here
    long nextNaming;
    long nextCheckpoint;
    SortedSet<ByteString> keys = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
  }

  private final TreeMap<Long, Row> rows = new TreeMap<>();
  private long now;
  private boolean isLeader;

  void advance(Duration step) {
    now += step.toMillis();
  }

  Object grant(long id, long ttl) {
    if (rows.containsKey(id)) {
      return EtcdError.LEASE_EXISTS;
    }
    var row = new Row();
    row.granted = Math.max(ttl, MIN_TTL);
    rows.put(id, row);
    start(row, row.granted * 1000);
    return row.granted;
  }

  private void start(Row row, long millis) {
    row.deadline = now + millis;
    row.nextNaming = 0;
    row.nextCheckpoint = now + CHECKPOINT_INTERVAL.toMillis();
  }

  Object revoke(long id) {
    var gone = rows.remove(id);
    return gone == null ? EtcdError.LEASE_NOT_FOUND : List.copyOf(gone.keys);
  }

  Object attach(long id, ByteString key) {
    if (!rows.containsKey(id)) {
      return EtcdError.LEASE_NOT_FOUND;
    }
    rows.values().forEach(row -> row.keys.remove(key));
    rows.get(id).keys.add(key);
    return "";
  }

  void detach(long id, ByteString key) {
    if (rows.containsKey(id)) {
      rows.get(id).keys.remove(key);
    }
  }

  void checkpoint(long id, long remaining) {
    if (rows.containsKey(id)) {
      rows.get(id).checkpoint = remaining;
    }
  }

  void becomeLeader(Duration extension) {
    isLeader = true;
    for (Row row : rows.values()) {
      long left = row.checkpoint > 0 ? row.checkpoint : row.granted;
      start(row, left * 1000 + extension.toMillis());
    }
  }

  void resign() {
    isLeader = false;
  }

  Object renew(long id) {
    if (!isLeader) {
      return EtcdError.NOT_LEADER;
    }
    var row = rows.get(id);
    if (row == null || row.deadline <= now) {
      return EtcdError.LEASE_NOT_FOUND;
    }
    row.deadline = now + row.granted * 1000;
    return row.granted;
  }

  Object times(long id) {
    if (!isLeader) {
      return EtcdError.NOT_LEADER;
    }
    var row = rows.get(id);
    if (row == null) {
      return Optional.empty();
    }
    long seconds = (row.deadline - now) / 1000;
    return Optional.of(new Times(id, row.granted, seconds, List.copyOf(row.keys)));
  }

  List<Long> ids() {
    return isLeader ? sortedBy(row -> row.deadline, rows.keySet()) : List.copyOf(rows.keySet());
  }

  private List<Long> sortedBy(ToLongFunction<Row> time, Iterable<Long> ids) {
    List<Long> sorted = new ArrayList<>();
    ids.forEach(sorted::add);
    sorted.sort(
        Comparator.<Long>comparingLong(id -> time.applyAsLong(rows.get(id)))
            .thenComparing(Comparator.naturalOrder()));
    return sorted;
  }

  /** A lease that was named before has its place in the order by when it may be named again. */
  List<Long> expired(int limit) {
    if (!isLeader) {
      return List.of();
    }
    List<Long> due = new ArrayList<>();
    rows.forEach(
        (id, row) -> {
          if (row.deadline <= now && row.nextNaming <= now) {
            due.add(id);
          }
        });
    List<Long> named =
        sortedBy(row -> Math.max(row.deadline, row.nextNaming), due).stream().limit(limit).toList();
    named.forEach(id -> rows.get(id).nextNaming = now + RETRY_INTERVAL.toMillis());
    return named;
  }

  List<Checkpoint> checkpointsDue() {
    List<Checkpoint> due = new ArrayList<>();
    if (!isLeader) {
      return due;
    }
    List<Long> looked = new ArrayList<>();
    rows.forEach(
        (id, row) -> {
          if (row.granted > CHECKPOINT_INTERVAL.toSeconds() && row.nextCheckpoint <= now) {
            looked.add(id);
          }
        });
    for (long id : sortedBy(row -> row.nextCheckpoint, looked)) {
      var row = rows.get(id);
      row.nextCheckpoint = now + CHECKPOINT_INTERVAL.toMillis();
      long seconds = (row.deadline - now + 999) / 1000;
      if (row.deadline > now && seconds < row.granted) {
        due.add(new Checkpoint(id, seconds));
      }
    }
    return due;
  }
}
