package dev.rondo.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CodecTest {
  @Property
  void givesBackNumbers(@ForAll long number) {
    Bytes bytes = Codec.int64().encode(number);

    assertThat(bytes.utf8()).isEqualTo(Long.toString(number));
    assertThat(Codec.int64().decode(bytes)).isEqualTo(number);
  }

  @Test
  void givesBackTextAndBytes() {
    assertThat(Codec.utf8().decode(Codec.utf8().encode("héllo €"))).isEqualTo("héllo €");
    assertThat(Codec.bytes().decode(Codec.bytes().encode(Bytes.utf8("x"))))
        .isEqualTo(Bytes.utf8("x"));
  }

  @Test
  void refusesWhatIsNoNumber() {
    assertThatThrownBy(() -> Codec.int64().decode(Bytes.utf8("seven")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Codec.int64().decode(Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
