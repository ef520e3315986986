package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The keys of a cache, beside a {@link TreeMap} to which the same is done. */
class SortedKeysTest {
  private static Bytes key(int number) {
    return Bytes.utf8("key%05d".formatted(number));
  }

  private static KeyValue kv(int number, long revision) {
    return new KeyValue(
        key(number), Bytes.utf8("value"), Revision.of(1), Revision.of(revision), 1, LeaseId.NONE);
  }

  private static SortedKeys keys(int... numbers) {
    return SortedKeys.of(IntStream.of(numbers).mapToObj(number -> kv(number, 2)).toList());
  }

  private static NavigableMap<Bytes, KeyValue> map(int... numbers) {
    return SortedKeysMap.of(keys(numbers));
  }

  private static List<Map.Entry<Bytes, KeyValue>> list(Map<Bytes, KeyValue> map) {
    return new ArrayList<>(map.entrySet());
  }

  @Property(tries = 10)
  void holdsWhatATreeHoldsAfterRandomChanges(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 3_000) int size) {
    var random = new Random(seed);
    var tree = new TreeMap<Bytes, KeyValue>();
    IntStream.range(0, size).forEach(i -> tree.put(key(2 * i), kv(2 * i, 1)));
    SortedKeys keys = SortedKeys.of(List.copyOf(tree.values()));

    for (int round = 2; round < 30; round++) {
      var before = new TreeMap<>(tree);
      SortedKeys old = keys;
      var changes = new TreeMap<Bytes, Optional<KeyValue>>();
      int first = random.nextInt(2 * size + 10);
      boolean isMassacre = random.nextInt(5) == 0;
      for (int i = random.nextInt(isMassacre ? 2_000 : 20); i >= 0; i--) {
        int number = isMassacre ? first + i : random.nextInt(2 * size + 10);
        var after =
            isMassacre || random.nextInt(3) == 0
                ? Optional.<KeyValue>empty()
                : Optional.of(kv(number, round));
        changes.put(key(number), after);
      }
      changes.forEach(
          (key, kv) ->
              kv.ifPresentOrElse(present -> tree.put(key, present), () -> tree.remove(key)));
      keys = keys.with(changes);

      var map = SortedKeysMap.of(keys);
      assertThat(list(map)).isEqualTo(list(tree));
      assertThat(new ArrayList<>(map.values())).isEqualTo(new ArrayList<>(tree.values()));
      assertThat(map).hasSize(tree.size());
      assertThat(keys.bytes()).isEqualTo(tree.values().stream().mapToLong(SortedKeys::size).sum());
      assertThat(list(SortedKeysMap.of(old))).as("the one before").isEqualTo(list(before));
      assertThat(keys.since(old, Revision.of(round)))
          .isEqualTo(difference(before, tree, Revision.of(round)));
    }
  }

  private static List<CacheChange> difference(
      NavigableMap<Bytes, KeyValue> before, NavigableMap<Bytes, KeyValue> after, Revision at) {
    var all = new TreeMap<>(before);
    all.putAll(after);
    var changes = new ArrayList<CacheChange>();
    for (Bytes key : all.keySet()) {
      KeyValue old = before.get(key);
      KeyValue now = after.get(key);
      if (now == null) {
        changes.add(new CacheChange.Delete(old, at));
      } else if (!now.equals(old)) {
        changes.add(new CacheChange.Put(now, Optional.ofNullable(old)));
      }
    }
    return changes;
  }

  @Property(tries = 50)
  void isReadAsATreeIs(@ForAll long seed, @ForAll @IntRange(min = 0, max = 1_200) int size) {
    var random = new Random(seed);
    NavigableMap<Bytes, KeyValue> tree = new TreeMap<>();
    IntStream.range(0, size).forEach(i -> tree.put(key(2 * i), kv(2 * i, 1)));
    NavigableMap<Bytes, KeyValue> map = SortedKeysMap.of(SortedKeys.of(List.copyOf(tree.values())));
    NavigableMap<Bytes, KeyValue> part = tree;

    for (int depth = 0; depth < 5; depth++) {
      assertThat(list(map)).isEqualTo(list(part));
      assertThat(map.keySet()).containsExactlyElementsOf(part.keySet());
      assertThat(map.descendingKeySet()).containsExactlyElementsOf(part.descendingKeySet());
      assertThat(map.size()).isEqualTo(part.size());
      assertThat(map.firstEntry()).isEqualTo(part.firstEntry());
      assertThat(map.lastEntry()).isEqualTo(part.lastEntry());
      assertThat(map).isEqualTo(part);
      for (int i = 0; i < 20; i++) {
        requireSame(map, part, key(random.nextInt(2 * size + 2)));
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          map = map.descendingMap();
          part = part.descendingMap();
        }
        case 1 -> {
          Bytes to = within(part, random);
          boolean isIncluded = random.nextBoolean();
          map = map.headMap(to, isIncluded);
          part = part.headMap(to, isIncluded);
        }
        case 2 -> {
          Bytes from = within(part, random);
          boolean isIncluded = random.nextBoolean();
          map = map.tailMap(from, isIncluded);
          part = part.tailMap(from, isIncluded);
        }
        default -> {
          Bytes from = within(part, random);
          Bytes to = within(part, random);
          boolean isInOrder =
              part.comparator() == null ? from.compareTo(to) <= 0 : from.compareTo(to) >= 0;
          boolean isFrom = random.nextBoolean();
          boolean isTo = random.nextBoolean();
          map = map.subMap(isInOrder ? from : to, isFrom, isInOrder ? to : from, isTo);
          part = part.subMap(isInOrder ? from : to, isFrom, isInOrder ? to : from, isTo);
        }
      }
      if (part.isEmpty()) {
        assertThat(map).isEmpty();
        return; // a tree has no keys that may bound it further
      }
    }
  }

  private static Bytes within(NavigableMap<Bytes, KeyValue> part, Random random) {
    return part.isEmpty()
        ? key(0)
        : part.keySet().stream().skip(random.nextInt(part.size())).findFirst().orElseThrow();
  }

  private static void requireSame(
      NavigableMap<Bytes, KeyValue> map, NavigableMap<Bytes, KeyValue> tree, Bytes key) {
    assertThat(map.get(key)).isEqualTo(tree.get(key));
    assertThat(map.containsKey(key)).isEqualTo(tree.containsKey(key));
    assertThat(map.floorEntry(key)).isEqualTo(tree.floorEntry(key));
    assertThat(map.floorKey(key)).isEqualTo(tree.floorKey(key));
    assertThat(map.lowerEntry(key)).isEqualTo(tree.lowerEntry(key));
    assertThat(map.lowerKey(key)).isEqualTo(tree.lowerKey(key));
    assertThat(map.ceilingEntry(key)).isEqualTo(tree.ceilingEntry(key));
    assertThat(map.ceilingKey(key)).isEqualTo(tree.ceilingKey(key));
    assertThat(map.higherEntry(key)).isEqualTo(tree.higherEntry(key));
    assertThat(map.higherKey(key)).isEqualTo(tree.higherKey(key));
  }

  @Test
  void keysAreASetOfTheirOwn() {
    var keys = map(1, 3, 5, 7).navigableKeySet();

    assertThat(keys.subSet(key(2), key(7))).containsExactly(key(3), key(5));
    assertThat(keys.headSet(key(3))).containsExactly(key(1));
    assertThat(keys.tailSet(key(5))).containsExactly(key(5), key(7));
    assertThat(keys.descendingSet().first()).isEqualTo(key(7));
    assertThat(keys.descendingIterator().next()).isEqualTo(key(7));
    assertThat(keys.lower(key(3))).isEqualTo(key(1));
    assertThat(keys.higher(key(7))).isNull();
    assertThat(keys.floor(key(4))).isEqualTo(key(3));
    assertThat(keys.ceiling(key(4))).isEqualTo(key(5));
    assertThat(keys.last()).isEqualTo(key(7));
    assertThat(keys.contains(key(3))).isTrue();
  }

  @Test
  void boundsOutsideOfAPartAreItsOwn() {
    var part = map(1, 3, 5, 7).subMap(key(3), key(7));

    assertThat(part.headMap(key(9))).isEqualTo(part);
    assertThat(part.tailMap(key(0))).isEqualTo(part);
    assertThat(part.headMap(key(1))).isEmpty();
  }

  @Test
  void refusesWhatIsNotThere() {
    var empty = map();

    assertThatThrownBy(empty::firstKey).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(empty::lastKey).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> empty.keySet().iterator().next())
        .isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(() -> map(1, 2).subMap(key(2), key(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(empty.firstEntry()).isNull();
  }

  @Test
  void refusesToBeChanged() {
    var map = map(1, 2, 3);
    var unmodifiable = UnsupportedOperationException.class;

    assertThatThrownBy(() -> map.put(key(4), kv(4, 4))).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.remove(key(9))).isInstanceOf(unmodifiable);
    assertThatThrownBy(map::clear).isInstanceOf(unmodifiable);
    assertThatThrownBy(map::pollFirstEntry).isInstanceOf(unmodifiable);
    assertThatThrownBy(map::pollLastEntry).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.firstEntry().setValue(kv(1, 9))).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.values().remove(kv(1, 2))).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.keySet().remove(key(1))).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.navigableKeySet().pollFirst()).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.navigableKeySet().clear()).isInstanceOf(unmodifiable);
    assertThatThrownBy(() -> map.entrySet().iterator().remove()).isInstanceOf(unmodifiable);
    assertThat(map).hasSize(3);
  }
}
