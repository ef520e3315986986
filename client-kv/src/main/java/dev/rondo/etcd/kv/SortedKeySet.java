package dev.rondo.etcd.kv;

import dev.rondo.etcd.api.Bytes;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/** The keys of a {@link SortedKeysMap}. */
final class SortedKeySet extends AbstractSet<Bytes> implements NavigableSet<Bytes> {
  private final SortedKeysMap map;

  SortedKeySet(SortedKeysMap map) {
    this.map = map;
  }

  @Override
  public int size() {
    return map.size();
  }

  @Override
  public boolean contains(@Nullable Object key) {
    return map.containsKey(key);
  }

  @Override
  public Iterator<Bytes> iterator() {
    return map.keys();
  }

  @Override
  public Iterator<Bytes> descendingIterator() {
    return map.descendingMap().keys();
  }

  @Override
  public @Nullable Comparator<? super Bytes> comparator() {
    return map.comparator();
  }

  @Override
  public Bytes first() {
    return map.firstKey();
  }

  @Override
  public Bytes last() {
    return map.lastKey();
  }

  @Override
  public @Nullable Bytes lower(Bytes key) {
    return map.lowerKey(key);
  }

  @Override
  public @Nullable Bytes floor(Bytes key) {
    return map.floorKey(key);
  }

  @Override
  public @Nullable Bytes ceiling(Bytes key) {
    return map.ceilingKey(key);
  }

  @Override
  public @Nullable Bytes higher(Bytes key) {
    return map.higherKey(key);
  }

  @Override
  public NavigableSet<Bytes> descendingSet() {
    return map.descendingKeySet();
  }

  @Override
  public NavigableSet<Bytes> subSet(
      Bytes from, boolean isFromIncluded, Bytes to, boolean isToIncluded) {
    return map.subMap(from, isFromIncluded, to, isToIncluded).navigableKeySet();
  }

  @Override
  public NavigableSet<Bytes> headSet(Bytes to, boolean isIncluded) {
    return map.headMap(to, isIncluded).navigableKeySet();
  }

  @Override
  public NavigableSet<Bytes> tailSet(Bytes from, boolean isIncluded) {
    return map.tailMap(from, isIncluded).navigableKeySet();
  }

  @Override
  public NavigableSet<Bytes> subSet(Bytes from, Bytes to) {
    return subSet(from, true, to, false);
  }

  @Override
  public NavigableSet<Bytes> headSet(Bytes to) {
    return headSet(to, false);
  }

  @Override
  public NavigableSet<Bytes> tailSet(Bytes from) {
    return tailSet(from, true);
  }

  @Override
  public @Nullable Bytes pollFirst() {
    throw SortedKeysMap.unmodifiable();
  }

  @Override
  public @Nullable Bytes pollLast() {
    throw SortedKeysMap.unmodifiable();
  }

  @Override
  public boolean remove(@Nullable Object key) {
    throw SortedKeysMap.unmodifiable();
  }

  @Override
  public void clear() {
    throw SortedKeysMap.unmodifiable();
  }
}
