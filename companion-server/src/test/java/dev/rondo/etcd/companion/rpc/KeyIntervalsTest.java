package dev.rondo.etcd.companion.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class KeyIntervalsTest {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  @Property(tries = 2000)
  void holdsWhatAnyOfItsIntervalsHolds(
      @ForAll @Size(max = 8)
          List<
                  @Size(2) List<
                      @CharRange(from = 'a', to = 'd') @StringLength(min = 1, max = 2) String>>
              added,
      @ForAll @CharRange(from = 'a', to = 'd') @StringLength(min = 1, max = 3) String key) {
    var intervals = new KeyIntervals();

    added.forEach(one -> intervals.add(bytes(one.get(0)), bytes(one.get(1))));

    assertThat(intervals.contains(bytes(key)))
        .isEqualTo(
            added.stream()
                .anyMatch(
                    one ->
                        ORDER.compare(bytes(one.get(0)), bytes(key)) <= 0
                            && ORDER.compare(bytes(key), bytes(one.get(1))) < 0));
  }

  @Test
  void holdsASingleKeyAndNoneAfterIt() {
    var intervals = new KeyIntervals();

    intervals.add(bytes("a"));

    assertThat(intervals.contains(bytes("a"))).isTrue();
    assertThat(intervals.contains(bytes("a\0"))).isFalse();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
