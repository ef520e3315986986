package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Many keys in their order. Immutable: a change makes another one, which shares with this one what
 * stays as it is. The keys stand in leaves of a few hundred, so that a change copies one leaf and
 * the list of leaves, and a read is a binary search in each of the two.
 */
final class SortedKeys {
  static final SortedKeys NONE = new SortedKeys(List.of());

  /** How many keys a leaf has at most. */
  static final int MOST = 512;

  /** How many it is given, so that there is room for more. */
  private static final int FILL = 384;

  /** Some keys in a row, at least one. */
  private static final class Leaf {
    private final Bytes[] keys;
    private final KeyValue[] kvs;
    private final long bytes;

    Leaf(List<KeyValue> content) {
      kvs = content.toArray(new KeyValue[0]);
      keys = new Bytes[kvs.length];
      long sum = 0;
      for (int i = 0; i < kvs.length; i++) {
        keys[i] = kvs[i].key();
        sum += size(kvs[i]);
      }
      bytes = sum;
    }
  }

  private final Leaf[] leaves;
  private final Bytes[] firsts; // the first key of each leaf
  private final int[] starts; // how many keys come before each leaf
  private final int size;
  private final long bytes;

  private SortedKeys(List<Leaf> content) {
    leaves = content.toArray(new Leaf[0]);
    firsts = new Bytes[leaves.length];
    starts = new int[leaves.length];
    int count = 0;
    long sum = 0;
    for (int i = 0; i < leaves.length; i++) {
      firsts[i] = leaves[i].keys[0];
      starts[i] = count;
      count += leaves[i].kvs.length;
      sum += leaves[i].bytes;
    }
    size = count;
    bytes = sum;
  }

  /** Returns these, which are in their order and not doubled. */
  static SortedKeys of(List<KeyValue> kvs) {
    List<Leaf> leaves = new ArrayList<>();
    addLeaves(kvs, leaves);
    return new SortedKeys(leaves);
  }

  /** The bytes of a key and its value. */
  static long size(KeyValue kv) {
    return (long) kv.key().size() + kv.value().size();
  }

  int size() {
    return size;
  }

  /** The bytes of all keys and values. */
  long bytes() {
    return bytes;
  }

  @Nullable KeyValue get(Bytes key) {
    int at = search(firsts, key);
    if (at >= 0) {
      return leaves[at].kvs[0];
    }
    int leaf = -at - 2;
    if (leaf < 0) {
      return null;
    }
    int index = search(leaves[leaf].keys, key);
    return index < 0 ? null : leaves[leaf].kvs[index];
  }

  /**
   * Returns how many keys come before this one if it is there, and otherwise, as {@link
   * Arrays#binarySearch} does, less than zero: {@code -before - 1}.
   */
  int indexOf(Bytes key) {
    int at = search(firsts, key);
    if (at >= 0) {
      return starts[at];
    }
    int leaf = -at - 2;
    if (leaf < 0) {
      return -1;
    }
    int index = search(leaves[leaf].keys, key);
    return index < 0 ? index - starts[leaf] : index + starts[leaf];
  }

  private static int search(Bytes[] keys, Bytes key) {
    int low = 0;
    int high = keys.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = keys[middle].compareTo(key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /** Reads keys by their index, and quickly so if they are near each other. */
  final class Reader {
    private int start; // of the current leaf
    private KeyValue[] current = new KeyValue[0];

    KeyValue at(int index) {
      if (index < start || index >= start + current.length) {
        int found = Arrays.binarySearch(starts, index);
        int leaf = found >= 0 ? found : -found - 2;
        start = starts[leaf];
        current = leaves[leaf].kvs;
      }
      return current[index - start];
    }
  }

  /** Returns these with other values for some keys; empty is for keys that are there no more. */
  SortedKeys with(SortedMap<Bytes, Optional<KeyValue>> changes) {
    List<Leaf> result = new ArrayList<>(leaves.length + 1);
    List<Map.Entry<Bytes, Optional<KeyValue>>> all = List.copyOf(changes.entrySet());
    int copied = 0;
    for (int next = 0; next < all.size(); ) {
      int leaf = Math.max(0, leafOf(all.get(next).getKey()));
      for (; copied < leaf; copied++) {
        result.add(leaves[copied]);
      }
      int end = next + 1;
      while (end < all.size() && leafOf(all.get(end).getKey()) <= leaf) {
        end++;
      }
      List<KeyValue> old = leaf < leaves.length ? Arrays.asList(leaves[leaf].kvs) : List.of();
      addChanged(merged(old, all.subList(next, end)), result);
      copied = leaf + 1;
      next = end;
    }
    for (; copied < leaves.length; copied++) {
      result.add(leaves[copied]);
    }
    return new SortedKeys(result);
  }

  /** The leaf that has this key or would have it; -1 if that is before the first one. */
  private int leafOf(Bytes key) {
    int at = search(firsts, key);
    return at >= 0 ? at : -at - 2;
  }

  private static List<KeyValue> merged(
      List<KeyValue> old, List<Map.Entry<Bytes, Optional<KeyValue>>> changes) {
    List<KeyValue> merged = new ArrayList<>(old.size() + changes.size());
    int next = 0;
    for (Map.Entry<Bytes, Optional<KeyValue>> change : changes) {
      while (next < old.size() && old.get(next).key().compareTo(change.getKey()) < 0) {
        merged.add(old.get(next));
        next++;
      }
      if (next < old.size() && old.get(next).key().equals(change.getKey())) {
        next++;
      }
      change.getValue().ifPresent(merged::add);
    }
    merged.addAll(old.subList(next, old.size()));
    return merged;
  }

  /** A leaf that has become small joins the one before, so that deletions leave no crumbs. */
  private static void addChanged(List<KeyValue> changed, List<Leaf> result) {
    if (changed.isEmpty()) {
      return;
    }
    Leaf last = result.isEmpty() ? null : result.get(result.size() - 1);
    if (last == null || last.kvs.length + changed.size() > MOST / 2) {
      addLeaves(changed, result);
      return;
    }
    List<KeyValue> joined = new ArrayList<>(Arrays.asList(last.kvs));
    joined.addAll(changed);
    result.remove(result.size() - 1);
    addLeaves(joined, result);
  }

  private static void addLeaves(List<KeyValue> kvs, List<Leaf> result) {
    int count = kvs.size();
    if (count > 0 && count <= MOST) {
      result.add(new Leaf(kvs));
      return;
    }
    int parts = (count + FILL - 1) / FILL;
    for (int i = 0; i < parts; i++) {
      int from = (int) ((long) count * i / parts);
      int to = (int) ((long) count * (i + 1) / parts);
      result.add(new Leaf(kvs.subList(from, to)));
    }
  }

  /**
   * Returns what has changed since {@code before}, in the order of keys.
   *
   * @param revision that of deletions, because nothing tells their own
   */
  List<CacheChange> since(SortedKeys before, Revision revision) {
    List<CacheChange> changes = new ArrayList<>();
    Walk old = new Walk(before);
    Walk now = new Walk(this);
    while (old.isThere() || now.isThere()) {
      if (old.isThere() && now.isThere() && old.sharesLeafWith(now)) {
        old.skipLeaf();
        now.skipLeaf();
        continue;
      }
      int order = Walk.compare(old, now);
      if (order < 0) {
        changes.add(new CacheChange.Delete(old.take(), revision));
      } else if (order > 0) {
        changes.add(new CacheChange.Put(now.take(), Optional.empty()));
      } else {
        KeyValue prevKv = old.take();
        KeyValue kv = now.take();
        if (!prevKv.modRevision().equals(kv.modRevision())) {
          changes.add(new CacheChange.Put(kv, Optional.of(prevKv)));
        }
      }
    }
    return changes;
  }

  /** Goes from key to key. */
  private static final class Walk {
    private final Leaf[] leaves;
    private int leaf;
    private int index; // in the leaf

    Walk(SortedKeys keys) {
      leaves = keys.leaves;
    }

    boolean isThere() {
      return leaf < leaves.length;
    }

    boolean sharesLeafWith(Walk other) {
      return index == 0 && other.index == 0 && leaves[leaf] == other.leaves[other.leaf];
    }

    void skipLeaf() {
      leaf++;
    }

    KeyValue take() {
      KeyValue kv = leaves[leaf].kvs[index];
      index++;
      if (index == leaves[leaf].kvs.length) {
        leaf++;
        index = 0;
      }
      return kv;
    }

    /** Which one comes first; one that is over comes last. */
    static int compare(Walk one, Walk other) {
      if (!one.isThere()) {
        return 1;
      }
      return other.isThere() ? one.key().compareTo(other.key()) : -1;
    }

    private Bytes key() {
      return leaves[leaf].keys[index];
    }
  }
}
