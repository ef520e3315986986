package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some of the keys of a {@link SortedKeys}, as a map that never changes. What comes where is
 * counted from the first key of this map, in its own order.
 */
final class SortedKeysMap extends AbstractMap<Bytes, KeyValue>
    implements NavigableMap<Bytes, KeyValue> {
  private final SortedKeys keys;
  private final int from; // the index of the first one
  private final int to; // and of the first that is no longer in here
  private final boolean isDescending;

  private SortedKeysMap(SortedKeys keys, int from, int to, boolean isDescending) {
    this.keys = keys;
    this.from = from;
    this.to = to;
    this.isDescending = isDescending;
  }

  static SortedKeysMap of(SortedKeys keys) {
    return new SortedKeysMap(keys, 0, keys.size(), false);
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public @Nullable KeyValue get(@Nullable Object key) {
    if (!(key instanceof Bytes bytes)) {
      return null;
    }
    if (size() == keys.size()) {
      return keys.get(bytes);
    }
    int index = keys.indexOf(bytes);
    return index >= from && index < to ? keys.new Reader().at(index) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public @Nullable Comparator<? super Bytes> comparator() {
    return isDescending ? Collections.reverseOrder() : null;
  }

  /** How many keys come before this one, itself included or not. */
  private int before(Bytes key, boolean isIncluded) {
    int index = keys.indexOf(key);
    boolean isThere = index >= 0;
    int less = isThere ? index : -index - 1;
    int itself = isThere ? 1 : 0;
    int others = isDescending ? to - less - itself : less - from;
    return Math.max(0, Math.min(size(), others + (isIncluded ? itself : 0)));
  }

  private int index(int place) {
    return isDescending ? to - 1 - place : from + place;
  }

  private @Nullable KeyValue at(int place) {
    return place < 0 || place >= size() ? null : keys.new Reader().at(index(place));
  }

  private static @Nullable Entry<Bytes, KeyValue> entry(@Nullable KeyValue kv) {
    return kv == null ? null : Map.entry(kv.key(), kv);
  }

  private static @Nullable Bytes key(@Nullable KeyValue kv) {
    return kv == null ? null : kv.key();
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> lowerEntry(Bytes key) {
    return entry(at(before(key, false) - 1));
  }

  @Override
  public @Nullable Bytes lowerKey(Bytes key) {
    return key(at(before(key, false) - 1));
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> floorEntry(Bytes key) {
    return entry(at(before(key, true) - 1));
  }

  @Override
  public @Nullable Bytes floorKey(Bytes key) {
    return key(at(before(key, true) - 1));
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> ceilingEntry(Bytes key) {
    return entry(at(before(key, false)));
  }

  @Override
  public @Nullable Bytes ceilingKey(Bytes key) {
    return key(at(before(key, false)));
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> higherEntry(Bytes key) {
    return entry(at(before(key, true)));
  }

  @Override
  public @Nullable Bytes higherKey(Bytes key) {
    return key(at(before(key, true)));
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> firstEntry() {
    return entry(at(0));
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> lastEntry() {
    return entry(at(size() - 1));
  }

  @Override
  public Bytes firstKey() {
    return required(at(0));
  }

  @Override
  public Bytes lastKey() {
    return required(at(size() - 1));
  }

  private static Bytes required(@Nullable KeyValue kv) {
    if (kv == null) {
      throw new NoSuchElementException("the map is empty");
    }
    return kv.key();
  }

  @Override
  public SortedKeysMap descendingMap() {
    return new SortedKeysMap(keys, from, to, !isDescending);
  }

  @Override
  public SortedKeysMap subMap(
      Bytes fromKey, boolean isFromIncluded, Bytes toKey, boolean isToIncluded) {
    int order = fromKey.compareTo(toKey);
    if (isDescending ? order < 0 : order > 0) {
      throw new IllegalArgumentException("the last key must not come before the first one");
    }
    int first = before(fromKey, !isFromIncluded);
    return slice(first, Math.max(first, before(toKey, isToIncluded)));
  }

  @Override
  public SortedKeysMap headMap(Bytes toKey, boolean isIncluded) {
    return slice(0, before(toKey, isIncluded));
  }

  @Override
  public SortedKeysMap tailMap(Bytes fromKey, boolean isIncluded) {
    return slice(before(fromKey, !isIncluded), size());
  }

  private SortedKeysMap slice(int first, int end) {
    return isDescending
        ? new SortedKeysMap(keys, to - end, to - first, true)
        : new SortedKeysMap(keys, from + first, from + end, false);
  }

  @Override
  public SortedKeysMap subMap(Bytes fromKey, Bytes toKey) {
    return subMap(fromKey, true, toKey, false);
  }

  @Override
  public SortedKeysMap headMap(Bytes toKey) {
    return headMap(toKey, false);
  }

  @Override
  public SortedKeysMap tailMap(Bytes fromKey) {
    return tailMap(fromKey, true);
  }

  @Override
  public NavigableSet<Bytes> navigableKeySet() {
    return new SortedKeySet(this);
  }

  @Override
  public NavigableSet<Bytes> keySet() {
    return navigableKeySet();
  }

  @Override
  public NavigableSet<Bytes> descendingKeySet() {
    return descendingMap().navigableKeySet();
  }

  @Override
  public Set<Entry<Bytes, KeyValue>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Entry<Bytes, KeyValue>> iterator() {
        return new Walk<>(kv -> Map.entry(kv.key(), kv));
      }

      @Override
      public int size() {
        return SortedKeysMap.this.size();
      }

      @Override
      public boolean contains(@Nullable Object other) {
        return other instanceof Entry<?, ?> entry
            && entry.getValue() != null
            && entry.getValue().equals(get(entry.getKey()));
      }
    };
  }

  @Override
  public Collection<KeyValue> values() {
    return new AbstractCollection<>() {
      @Override
      public Iterator<KeyValue> iterator() {
        return new Walk<>(kv -> kv);
      }

      @Override
      public int size() {
        return SortedKeysMap.this.size();
      }
    };
  }

  Iterator<Bytes> keys() {
    return new Walk<>(KeyValue::key);
  }

  private final class Walk<T> implements Iterator<T> {
    private final SortedKeys.Reader reader = keys.new Reader();
    private final Function<KeyValue, T> form;
    private int next;

    Walk(Function<KeyValue, T> form) {
      this.form = form;
    }

    @Override
    public boolean hasNext() {
      return next < size();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException("there are no more keys");
      }
      T result = form.apply(reader.at(index(next)));
      next++;
      return result;
    }
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> pollFirstEntry() {
    throw unmodifiable();
  }

  @Override
  public @Nullable Entry<Bytes, KeyValue> pollLastEntry() {
    throw unmodifiable();
  }

  /** As {@link #put}, which refuses without looking. */
  @Override
  public @Nullable KeyValue remove(@Nullable Object key) {
    throw unmodifiable();
  }

  @Override
  public void clear() {
    throw unmodifiable();
  }

  static UnsupportedOperationException unmodifiable() {
    return new UnsupportedOperationException("what a cache holds is changed in the store alone");
  }
}
