package dev.rondo.etcd.companion.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A tenth of the million keys that must fit into 1 GiB. */
class MemoryTest {
  private static final int KEYS = Integer.getInteger("rondo.memory.keys", 100_000);
  private static final int VALUE_BYTES = 256;

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void putAll(TextStore text) {
    for (int key = 0; key < KEYS; key++) {
      var name = TextStore.bytes("/registry/things/%09d".formatted(key));
      var value = ByteString.copyFrom(new byte[VALUE_BYTES]);
      text.write(txn -> txn.put(name, value, 0));
    }
  }

  @Test
  void holdsItsKeysInLessThanAThousandBytesEachAndKnowsHowMany() {
    var text = new TextStore();
    long empty = usedBytes();

    putAll(text);
    long once = usedBytes() - empty;
    long onceAsTold = text.store().sizeInUse();
    putAll(text);
    long twice = usedBytes() - empty;
    long twiceAsTold = text.store().sizeInUse();
    text.store().compact(text.store().revision());
    long compacted = usedBytes() - empty;

    System.out.printf(
        "%d keys: %d bytes each, told %d; with one older revision %d, told %d; compacted %d, told"
            + " %d%n",
        KEYS,
        once / KEYS,
        onceAsTold / KEYS,
        twice / KEYS,
        twiceAsTold / KEYS,
        compacted / KEYS,
        text.store().sizeInUse() / KEYS);
    assertThat(once / KEYS).isLessThan(1000);
    assertThat(compacted / KEYS).isLessThan(1000);
    assertThat(onceAsTold).isBetween(once * 3 / 4, once * 4 / 3);
    assertThat(twiceAsTold).isBetween(twice * 3 / 4, twice * 4 / 3);
    assertThat(text.store().sizeInUse()).isBetween(compacted * 3 / 4, compacted * 4 / 3);
  }
}
