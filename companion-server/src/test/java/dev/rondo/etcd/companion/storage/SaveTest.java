package dev.rondo.etcd.companion.storage;

import static dev.rondo.etcd.companion.storage.TextStore.ALL;
import static dev.rondo.etcd.companion.storage.TextStore.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SaveTest {
  private final TextStore text = new TextStore();
  private final Store store = text.store();

  private void fill() {
    text.put("a", "1");
    text.put("b", "1");
    text.put("b", "2");
    text.put("c", "1");
    text.write(
        txn -> {
          txn.put(bytes("d"), bytes("1"), 8);
          txn.delete(TextStore.single("c"));
          txn.put(bytes("b"), bytes("3"), 9);
        });
  }

  private static void assertAlike(TextStore one, TextStore other) {
    assertThat(other.store().revision()).isEqualTo(one.store().revision());
    assertThat(other.store().compactRevision()).isEqualTo(one.store().compactRevision());
    long floor = Math.max(1, one.store().compactRevision());
    for (long revision = floor; revision <= one.store().revision(); revision++) {
      assertThat(other.store().range(ALL, revision, 0))
          .isEqualTo(one.store().range(ALL, revision, 0));
      assertThat(other.store().hash(revision)).isEqualTo(one.store().hash(revision));
    }
    assertThat(other.history(floor)).isEqualTo(one.history(floor));
    assertThat(other.store().sizeInUse()).isEqualTo(one.store().sizeInUse());
  }

  @Test
  void bringsBackAllRevisions() throws IOException {
    fill();

    assertAlike(text, text.copy());
    assertAlike(new TextStore(), new TextStore().copy());
  }

  @Test
  void bringsBackWhatACompactionLeft() throws IOException {
    fill();
    store.compact(4);
    assertAlike(text, text.copy());

    store.compact(6);

    assertAlike(text, text.copy());
    assertThat(text.copy().history(6)).containsExactly("6: +d1 -c +b3");
  }

  @Test
  void goesOnAlikeAfterwards() throws IOException {
    fill();
    store.compact(5);
    var copy = text.copy();

    for (var each : new TextStore[] {text, copy}) {
      each.put("c", "2");
      each.delete("b");
      each.put("e", "1");
      each.store().compact(7);
      each.put("e", "2");
    }

    assertAlike(text, copy);
    assertAlike(text, copy.copy());
  }

  @Test
  void savesTheMomentAndNotWhatCameLater() throws IOException {
    fill();
    var copy = text.copy();
    var saver = store.save();
    text.delete("a");
    text.put("b", "4");
    text.put("z", "1");
    store.compact(9);

    var out = new ByteArrayOutputStream();
    saver.writeTo(out);

    var late = new TextStore();
    late.store().load(new ByteArrayInputStream(out.toByteArray()));
    assertAlike(copy, late);
  }

  @Test
  void replacesEverythingThatWasThere() throws IOException {
    fill();
    var other = new TextStore();
    other.put("x", "1");
    other.store().compact(2);

    other.store().load(new ByteArrayInputStream(text.saved()));

    assertAlike(text, other);
  }

  @Test
  void readsNoFurtherThanWhatWasSaved() throws IOException {
    fill();
    var out = new ByteArrayOutputStream();
    store.save().writeTo(out);
    out.write(42);
    var in = new ByteArrayInputStream(out.toByteArray());

    new TextStore().store().load(in);

    assertThat(in.read()).isEqualTo(42);
  }

  @Test
  void refusesADamagedStreamAndKeepsWhatItHas() throws IOException {
    fill();
    store.compact(4);
    var whole = text.saved();
    var other = new TextStore();
    other.put("x", "1");

    for (int at = 0; at < whole.length; at++) {
      var damaged = whole.clone();
      damaged[at] ^= 4;
      assertThatThrownBy(() -> other.store().load(new ByteArrayInputStream(damaged)))
          .isInstanceOf(IOException.class);
      var torn = Arrays.copyOf(whole, at);
      assertThatThrownBy(() -> other.store().load(new ByteArrayInputStream(torn)))
          .isInstanceOf(IOException.class);
    }

    assertThat(other.range(0)).containsExactly("x=1 2/2/1");
  }

  @Test
  void isWrittenOnce() throws IOException {
    var saver = store.save();
    saver.writeTo(new ByteArrayOutputStream());

    assertThatThrownBy(() -> saver.writeTo(new ByteArrayOutputStream()))
        .isInstanceOf(IllegalStateException.class);
  }
}
