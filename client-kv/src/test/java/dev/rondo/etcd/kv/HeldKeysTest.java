package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeldKeysTest {
  private final HeldKeys held = new HeldKeys();

  private static KeyValue kv(String key, long revision) {
    Revision at = Revision.of(revision);
    return new KeyValue(Bytes.utf8(key), Bytes.EMPTY, at, at, 1, LeaseId.NONE);
  }

  private static List<WatchEvent> put(String key, long revision) {
    return List.of(new WatchEvent.Put(kv(key, revision), Optional.empty()));
  }

  private CacheSnapshot load(long revision) {
    var loaded = new CacheSnapshot(SortedKeys.of(List.of(kv("a", 1))), Revision.of(revision));
    assertThat(held.load(loaded)).isTrue();
    return loaded;
  }

  @Test
  void changesThatAreOlderDoNotTakeItBack() {
    load(2);
    held.advance(Revision.of(10));

    held.apply(put("b", 5));

    assertThat(held.revision()).isEqualTo(Revision.of(10));
    assertThat(held.now().map()).hasSize(1);
  }

  @Test
  void neitherDoProgressNorALoad() {
    load(5);

    held.advance(Revision.of(3));

    assertThat(held.load(new CacheSnapshot(SortedKeys.NONE, Revision.of(4)))).isFalse();
    assertThat(held.revision()).isEqualTo(Revision.of(5));
    assertThat(held.now().map()).hasSize(1);
  }

  @Test
  void aProofHoldsForTheKeysThatWereAskedAboutAlone() {
    CacheSnapshot before = load(2);
    held.apply(put("b", 3));

    held.advance(before, Revision.of(9));
    assertThat(held.revision()).isEqualTo(Revision.of(3));
    held.advance(held.now(), Revision.of(9));
    assertThat(held.revision()).isEqualTo(Revision.of(9));
  }

  @Test
  void nothingComesAfterTheEnd() {
    load(2);

    held.end(null);
    held.apply(put("b", 3));
    held.advance(Revision.of(9));

    assertThat(held.load(new CacheSnapshot(SortedKeys.NONE, Revision.of(4)))).isFalse();
    assertThat(held.now()).isNull();
  }
}
