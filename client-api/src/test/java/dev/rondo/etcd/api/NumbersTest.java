package dev.rondo.etcd.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The numbers that have a type of their own. */
class NumbersTest {
  @Test
  void aRevisionIsNeverNegative() {
    assertThatThrownBy(() -> Revision.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a revision must be at least 0, was -1");
  }

  @Test
  void revisionsAreOrderedAndFollowOneAnother() {
    assertThat(Revision.of(7).next()).isEqualTo(Revision.of(8)).isGreaterThan(Revision.of(7));
    assertThat(Revision.of(0)).isSameAs(Revision.NONE);
    assertThat(Revision.of(12)).hasToString("12");
  }

  @Test
  void idsAreWrittenInHexadecimalAsEtcdsToolsDo() {
    assertThat(LeaseId.of(0x694d81417acd4754L)).hasToString("694d81417acd4754");
    assertThat(MemberId.of(0x8e9e05c52164694dL)).hasToString("8e9e05c52164694d");
  }

  @Test
  void zeroStandsForNone() {
    assertThat(LeaseId.of(0)).isSameAs(LeaseId.NONE);
    assertThat(LeaseId.NONE.isNone()).isTrue();
    assertThat(LeaseId.of(1).isNone()).isFalse();
    assertThat(MemberId.of(0)).isSameAs(MemberId.NONE);
    assertThat(MemberId.NONE.isNone()).isTrue();
    assertThat(MemberId.of(1).isNone()).isFalse();
  }
}
