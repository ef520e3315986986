package dev.rondo.etcd.companion.storage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of each key, from which the older ones hang.
 *
 * <p>One thread puts and a sweep removes; neither needs a lock against the other, because a sweep
 * removes a key only together with the very version that it has seen.
 */
final class Index {
  private final ConcurrentNavigableMap<Key, Version> heads = new ConcurrentSkipListMap<>();

  /** The newest version, be it a tombstone or not yet published. */
  @Nullable Version head(Key key) {
    return heads.get(key);
  }

  void put(Key key, Version head) {
    heads.put(key, head);
  }

  /** Removes the key, unless it has got another version meanwhile. */
  void remove(Key key, Version head) {
    heads.remove(key, head);
  }

  /**
   * Newest versions of the keys, in order of keys; keys that come or go meanwhile may be left out.
   */
  Collection<Version> heads(Interval keys) {
    var first = Key.of(keys.key());
    if (keys.isSingle()) {
      var head = heads.get(first);
      return head == null ? List.of() : List.of(head);
    }
    if (keys.isOpen()) {
      return heads.tailMap(first).values();
    }
    var end = Key.of(keys.end());
    return first.compareTo(end) < 0 ? heads.subMap(first, end).values() : List.of();
  }

  /** Whether no key is there at a revision. */
  boolean isEmptyAt(long revision) {
    return heads.values().stream().allMatch(head -> Version.visible(head, revision) == null);
  }

  /**
   * At most one version of each key, chosen by its newest, in the order in which they were made.
   */
  List<Version> select(Function<Version, @Nullable Version> choice) {
    var versions = new ArrayList<Version>();
    for (var head : heads.values()) {
      var version = choice.apply(head);
      if (version != null) {
        versions.add(version);
      }
    }
    versions.sort(Version.BY_REVISION);
    return versions;
  }
}
