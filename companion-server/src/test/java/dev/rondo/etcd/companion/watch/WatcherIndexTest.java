package dev.rondo.etcd.companion.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.rondo.etcd.companion.storage.Interval;
import dev.rondo.etcd.companion.storage.Store;
import dev.rondo.etcd.testing.FakeTime;
import dev.rondo.etcd.wire.ResponseHeader;
import dev.rondo.etcd.wire.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatcherIndexTest {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);

  private final FakeTime time = new FakeTime();
  private final WatchStream stream =
      new WatchHub(
              new Store(time),
              time,
              time,
              revision -> ResponseHeader.getDefaultInstance(),
              WatchSettings.DEFAULT)
          .open(new FakeOutlet());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void findsTheSameAsALookAtEachWatcher(long seed) {
    var random = new Random(seed);
    var index = new WatcherIndex();
    var expected = new ArrayList<Watcher>();

    for (int step = 0; step < 2000; step++) {
      if (random.nextInt(5) < 3 || expected.isEmpty()) {
        var watcher = watcher(interval(random));
        expected.add(watcher);
        assertThat(index.add(watcher)).isTrue();
        assertThat(index.add(watcher)).isFalse();
      } else {
        var gone = expected.remove(random.nextInt(expected.size()));
        assertThat(index.remove(gone)).isTrue();
        assertThat(index.remove(gone)).isFalse();
      }
      var key = key(random);

      assertThat(found(index, key))
          .as("step %d, key %s", step, key)
          .containsExactlyInAnyOrderElementsOf(
              expected.stream().filter(watcher -> watches(watcher, key)).toList());
      assertThat(index.all()).hasSameSizeAs(expected);
    }
  }

  private static List<Watcher> found(WatcherIndex index, ByteString key) {
    var found = new ArrayList<Watcher>();
    index.forEach(key, found::add);
    return found;
  }

  private static boolean watches(Watcher watcher, ByteString key) {
    var keys = watcher.keys();
    var order = ByteString.unsignedLexicographicalComparator();
    if (keys.isSingle()) {
      return key.equals(keys.key());
    }
    return order.compare(keys.key(), key) <= 0
        && (keys.isOpen() || order.compare(key, keys.end()) < 0);
  }

  private Watcher watcher(Interval keys) {
    return new Watcher(stream, 0, keys, 1, WatchCreateRequest.getDefaultInstance());
  }

  private static Interval interval(Random random) {
    var ends =
        Stream.of(key(random), key(random))
            .sorted(ByteString.unsignedLexicographicalComparator())
            .toList();
    return switch (random.nextInt(4)) {
      case 0 -> Interval.of(ends.get(0));
      case 1 -> new Interval(ends.get(0), OPEN);
      default -> new Interval(ends.get(0), ends.get(1).concat(OPEN));
    };
  }

  /** Short, of few letters, among them such as are negative as bytes. */
  private static ByteString key(Random random) {
    var key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(6) * 50);
    }
    return ByteString.copyFrom(key);
  }
}
