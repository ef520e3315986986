package dev.rondo.etcd.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rondo.etcd.api.internal.BytesAccess;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BytesTest {
  @Property
  void isOrderedByteByByteUnsignedTheShorterOneFirst(@ForAll byte[] one, @ForAll byte[] other) {
    int order = Bytes.of(one).compareTo(Bytes.of(other));

    assertThat(Integer.signum(order)).isEqualTo(Integer.signum(expectedOrder(one, other)));
  }

  private static int expectedOrder(byte[] one, byte[] other) {
    for (int i = 0; i < Math.min(one.length, other.length); i++) {
      int difference = (one[i] & 0xff) - (other[i] & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return one.length - other.length;
  }

  @Property
  void isEqualToTheSameBytesAlone(@ForAll byte[] one, @ForAll byte[] other) {
    Bytes bytes = Bytes.of(one);

    assertThat(bytes).isEqualTo(Bytes.of(one.clone())).hasSameHashCodeAs(Bytes.of(one.clone()));
    assertThat(bytes.equals(Bytes.of(other))).isEqualTo(expectedOrder(one, other) == 0);
  }

  @Property
  void givesBackWhatWasPutIn(@ForAll byte[] content) {
    Bytes bytes = Bytes.of(content);

    assertThat(bytes.toByteArray()).isEqualTo(content);
    assertThat(bytes.asByteBuffer()).isEqualTo(ByteBuffer.wrap(content));
    assertThat(Bytes.of(bytes.asByteBuffer())).isEqualTo(bytes);
    assertThat(bytes.size()).isEqualTo(content.length);
    assertThat(bytes.isEmpty()).isEqualTo(content.length == 0);
    assertThat(bytes.hex()).hasSize(2 * content.length).matches("[0-9a-f]*");
  }

  @Property
  void givesBackText(@ForAll String text) {
    String wellFormed = new String(text.getBytes(UTF_8), UTF_8);

    assertThat(Bytes.utf8(wellFormed).utf8()).isEqualTo(wellFormed);
    assertThat(Bytes.utf8(wellFormed).toByteArray()).isEqualTo(wellFormed.getBytes(UTF_8));
  }

  @Property
  void isMadeOfItsParts(@ForAll byte[] head, @ForAll byte[] tail) {
    Bytes joined = Bytes.of(head).append(Bytes.of(tail));

    assertThat(joined.startsWith(Bytes.of(head))).isTrue();
    assertThat(joined.from(head.length)).isEqualTo(Bytes.of(tail));
    assertThat(joined.size()).isEqualTo(head.length + tail.length);
  }

  @Test
  void doesNotChangeWithWhatItWasMadeFromOrWhatItGaveOut() {
    byte[] source = {1, 2, 3};
    Bytes ofArray = Bytes.of(source);
    Bytes ofBuffer = Bytes.of(ByteBuffer.wrap(source));

    source[0] = 9;
    ofArray.toByteArray()[1] = 9;

    assertThat(ofArray).isEqualTo(Bytes.of((byte) 1, (byte) 2, (byte) 3)).isEqualTo(ofBuffer);
    assertThatThrownBy(() -> ofArray.asByteBuffer().put((byte) 9))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void takesWhatRemainsInABufferAndLeavesItsPosition() {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);

    Bytes bytes = Bytes.of(buffer);

    assertThat(bytes).isEqualTo(Bytes.of((byte) 2, (byte) 3));
    assertThat(buffer.position()).isEqualTo(1);
  }

  @Test
  void tellsItsSizeAndNeverWhatIsInside() {
    Bytes secret = Bytes.utf8("hunter2");

    assertThat(secret).hasToString("Bytes[7]");
  }

  @Test
  void isOneAndTheSameWhenEmpty() {
    assertThat(Bytes.of()).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.utf8("")).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.of(ByteBuffer.allocate(0))).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.utf8("a").from(1)).isSameAs(Bytes.EMPTY);
    assertThat(BytesAccess.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
  }

  @Test
  void refusesPlacesThatAreNotThere() {
    Bytes bytes = Bytes.utf8("abc");

    assertThat(bytes.at(2)).isEqualTo((byte) 'c');
    assertThatThrownBy(() -> bytes.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bytes.from(4))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("start must be between 0 and 3, was 4");
    assertThatThrownBy(() -> bytes.from(-1)).hasMessage("start must be between 0 and 3, was -1");
  }

  @Test
  void showsHexadecimalDigitsInLowerCase() {
    assertThat(Bytes.of((byte) 0x00, (byte) 0xaf, (byte) 0xff).hex()).isEqualTo("00afff");
  }

  @Test
  void isPassedInsideWithoutACopy() {
    byte[] array = {1, 2};

    Bytes bytes = BytesAccess.wrap(array);

    assertThat(BytesAccess.unwrap(bytes)).isSameAs(array);
  }
}
