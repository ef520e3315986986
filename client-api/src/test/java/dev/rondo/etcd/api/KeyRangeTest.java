package dev.rondo.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class KeyRangeTest {
  private static final Bytes ZERO = bytes(0);

  @Property
  void aPrefixHoldsExactlyTheKeysThatBeginWithIt(
      @ForAll("keys") Bytes prefix, @ForAll("keys") Bytes key) {
    KeyRange range = KeyRange.prefix(prefix);

    assertThat(range.contains(key)).isEqualTo(key.startsWith(prefix));
    assertThat(range.contains(prefix.append(key))).isTrue();
  }

  @Property
  void anIntervalHoldsItsStartAndNotItsEnd(
      @ForAll("keys") Bytes one, @ForAll("keys") Bytes other, @ForAll("keys") Bytes key) {
    if (one.equals(other)) {
      return;
    }
    Bytes start = one.compareTo(other) < 0 ? one : other;
    Bytes end = one.compareTo(other) < 0 ? other : one;

    KeyRange range = KeyRange.interval(start, end);

    assertThat(range.contains(start)).isTrue();
    assertThat(range.contains(end)).isFalse();
    assertThat(range.contains(key)).isEqualTo(key.compareTo(start) >= 0 && key.compareTo(end) < 0);
  }

  @Property
  void fromAKeyHoldsItAndAllAfterIt(@ForAll("keys") Bytes start, @ForAll("keys") Bytes key) {
    assertThat(KeyRange.from(start).contains(key)).isEqualTo(key.compareTo(start) >= 0);
    assertThat(KeyRange.all().contains(key)).isTrue();
    assertThat(KeyRange.key(start).contains(key)).isEqualTo(key.equals(start));
  }

  /** Short keys of few different bytes, so that prefixes and limits do occur. */
  @Provide
  Arbitrary<Bytes> keys() {
    return Arbitraries.of((byte) 0, (byte) 1, (byte) 'a', (byte) 0x7f, (byte) 0x80, (byte) 0xff)
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(Bytes::of);
  }

  @Test
  void writesRangesAsEtcdDoes() {
    assertThat(KeyRange.key("a")).isEqualTo(new KeyRange(Bytes.utf8("a"), Bytes.EMPTY));
    assertThat(KeyRange.prefix("ab")).isEqualTo(new KeyRange(Bytes.utf8("ab"), Bytes.utf8("ac")));
    assertThat(KeyRange.prefix(bytes('a', 0xff)))
        .isEqualTo(new KeyRange(bytes('a', 0xff), bytes('b')));
    assertThat(KeyRange.prefix(bytes(0xff, 0xff))).isEqualTo(new KeyRange(bytes(0xff, 0xff), ZERO));
    assertThat(KeyRange.prefix(ZERO)).isEqualTo(new KeyRange(ZERO, bytes(1)));
    assertThat(KeyRange.from("a")).isEqualTo(new KeyRange(Bytes.utf8("a"), ZERO));
    assertThat(KeyRange.interval("a", "c"))
        .isEqualTo(new KeyRange(Bytes.utf8("a"), Bytes.utf8("c")));
    assertThat(KeyRange.all()).isEqualTo(new KeyRange(ZERO, ZERO)).isEqualTo(KeyRange.prefix(""));
  }

  @Test
  void saysWhatItIs() {
    assertThat(KeyRange.key("a").isSingleKey()).isTrue();
    assertThat(KeyRange.key("a").isOpenEnded()).isFalse();
    assertThat(KeyRange.from("a").isOpenEnded()).isTrue();
    assertThat(KeyRange.prefix("a").isSingleKey()).isFalse();
    assertThat(KeyRange.prefix("a").isOpenEnded()).isFalse();
  }

  @Test
  void refusesAnEmptyKey() {
    assertThatThrownBy(() -> KeyRange.key(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a key must have at least one byte, was empty (for all keys use KeyRange.all())");
    assertThatThrownBy(() -> KeyRange.from("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAnEndThatDoesNotComeAfterTheStart() {
    assertThatThrownBy(() -> KeyRange.interval("b", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the end of a range must come after its start");
    assertThatThrownBy(() -> KeyRange.interval("a", "a"))
        .hasMessage("the end of a range must come after its start");
    assertThatThrownBy(() -> KeyRange.interval("a", ""))
        .hasMessage("the end of an interval must have at least one byte, was empty");
  }

  @Test
  void doesNotTakeAnIntervalBeforeAllKeysForOneWithoutEnd() {
    assertThatThrownBy(() -> KeyRange.interval(Bytes.utf8("a"), ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the end of a range must come after its start");
    assertThatThrownBy(() -> KeyRange.interval(ZERO, ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverShowsKeys() {
    assertThat(KeyRange.prefix("secret")).hasToString("KeyRange[start=Bytes[6], end=Bytes[6]]");
  }

  private static Bytes bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Bytes.of(bytes);
  }
}
