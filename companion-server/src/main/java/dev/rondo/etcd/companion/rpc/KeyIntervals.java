package dev.rondo.etcd.companion.rpc;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of keys made of intervals; those that touch are kept as one. */
final class KeyIntervals {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** First keys with the first keys that are not in the interval any more. */
  private final NavigableMap<ByteString, ByteString> intervals = new TreeMap<>(ORDER);

  void add(ByteString key) {
    add(key, key.concat(ZERO));
  }

  /** Adds the keys from {@code begin} to before {@code end}, none if they come the wrong way. */
  void add(ByteString begin, ByteString end) {
    if (ORDER.compare(begin, end) >= 0) {
      return;
    }
    var before = intervals.floorEntry(begin);
    var first =
        before != null && ORDER.compare(before.getValue(), begin) >= 0 ? before.getKey() : begin;
    var last = end;
    var touched = intervals.subMap(first, true, end, true);
    for (ByteString other : touched.values()) {
      last = ORDER.compare(other, last) > 0 ? other : last;
    }
    touched.clear();
    intervals.put(first, last);
  }

  void addAll(KeyIntervals others) {
    others.intervals.forEach(this::add);
  }

  boolean contains(ByteString key) {
    var before = intervals.floorEntry(key);
    return before != null && ORDER.compare(key, before.getValue()) < 0;
  }
}
