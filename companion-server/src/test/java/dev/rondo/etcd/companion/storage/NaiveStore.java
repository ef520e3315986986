package dev.rondo.etcd.companion.storage;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Store.Commit;
import dev.rondo.etcd.wire.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What a store should do, by a whole map for each revision. Nothing is ever removed. */
final class NaiveStore {
  private final List<NavigableMap<ByteString, KeyValue>> maps = new ArrayList<>();
  private final List<Commit> commits = new ArrayList<>(); // as if nothing were compacted
  private long floor = -1;

  private NavigableMap<ByteString, KeyValue> next;
  private final List<Change> changes = new ArrayList<>();

  NaiveStore() {
    maps.add(newMap()); // revision 0
    maps.add(newMap());
    next = newMap();
  }

  NaiveStore copy() {
    var copy = new NaiveStore();
    copy.maps.clear();
    copy.maps.addAll(maps);
    copy.commits.addAll(commits);
    copy.floor = floor;
    copy.next = copyOf(next);
    return copy;
  }

  private static NavigableMap<ByteString, KeyValue> newMap() {
    return new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  }

  private static NavigableMap<ByteString, KeyValue> copyOf(NavigableMap<ByteString, KeyValue> map) {
    var copy = newMap();
    copy.putAll(map);
    return copy;
  }

  long revision() {
    return maps.size() - 1L;
  }

  long floor() {
    return floor;
  }

  void compact(long revision) {
    floor = revision;
  }

  void put(ByteString key, ByteString value, long lease) {
    var before = Optional.ofNullable(next.get(key));
    var now =
        KeyValue.newBuilder()
            .setKey(key)
            .setValue(value)
            .setLease(lease)
            .setModRevision(maps.size())
            .setCreateRevision(before.map(KeyValue::getCreateRevision).orElse((long) maps.size()))
            .setVersion(before.map(KeyValue::getVersion).orElse(0L) + 1)
            .build();
    next.put(key, now);
    changes.add(new Change(now, false, maps.get(maps.size() - 1).get(key)));
  }

  List<KeyValue> delete(Interval keys) {
    var deleted = in(next, keys);
    for (var old : deleted) {
      next.remove(old.getKey());
      var tombstone =
          KeyValue.newBuilder().setKey(old.getKey()).setModRevision(maps.size()).build();
      changes.add(new Change(tombstone, true, maps.get(maps.size() - 1).get(old.getKey())));
    }
    return deleted;
  }

  /** What a transaction under way sees. */
  List<KeyValue> rangeNow(Interval keys) {
    return in(next, keys);
  }

  void commit() {
    if (!changes.isEmpty()) {
      commits.add(new Commit(maps.size(), List.copyOf(changes)));
      maps.add(next);
    }
    takeBack();
  }

  void takeBack() {
    changes.clear();
    next = copyOf(maps.get(maps.size() - 1));
  }

  List<KeyValue> range(Interval keys, long revision) {
    return in(maps.get((int) revision), keys);
  }

  private static List<KeyValue> in(NavigableMap<ByteString, KeyValue> map, Interval keys) {
    var order = ByteString.unsignedLexicographicalComparator();
    return map.values().stream()
        .filter(
            keyValue -> {
              var key = keyValue.getKey();
              return keys.isSingle()
                  ? key.equals(keys.key())
                  : order.compare(keys.key(), key) <= 0
                      && (keys.isOpen() || order.compare(key, keys.end()) < 0);
            })
        .toList();
  }

  List<Commit> history(long from) {
    return commits.stream()
        .filter(commit -> commit.revision() >= from)
        .map(commit -> commit.revision() > floor ? commit : withoutPrevious(commit))
        .toList();
  }

  private static Commit withoutPrevious(Commit commit) {
    return new Commit(
        commit.revision(),
        commit.changes().stream()
            .map(change -> new Change(change.keyValue(), change.isDelete(), null))
            .toList());
  }
}
