package dev.rondo.etcd.companion.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected ids are those that etcd 3.4.23 and 3.5.16 drew. */
class MemberIdsTest {
  @Test
  void derivesTheIdsOfEtcdsOwnDefaults() {
    long member = MemberIds.initial(List.of("http://localhost:2380"), "etcd-cluster");

    assertThat(Long.toHexString(member)).isEqualTo("8e9e05c52164694d");
    assertThat(Long.toHexString(MemberIds.cluster(List.of(member)))).isEqualTo("cdf818194e3a8c32");
  }

  @Test
  void derivesTheIdsOfAnInitialClusterFromItsToken() {
    long member = MemberIds.initial(List.of("http://127.0.0.1:23801"), "tok");

    assertThat(Long.toUnsignedString(member)).isEqualTo("4627081221937520288");
    assertThat(Long.toUnsignedString(MemberIds.cluster(List.of(member))))
        .isEqualTo("2478302587001825083");
  }

  @Test
  void derivesTheIdOfAnAddedMemberFromTheSecond() {
    List<String> urls = List.of("http://l2:1", "http://l1:1");
    var second = Instant.ofEpochSecond(1_795_381_144);

    assertThat(Long.toUnsignedString(MemberIds.added(urls, second)))
        .isEqualTo("5732109699112148689");
    assertThat(MemberIds.added(urls, second.plusMillis(999)))
        .isEqualTo(MemberIds.added(urls, second));
  }

  @Test
  void derivesTheIdOfAClusterFromUnsignedIdsInOrder() {
    // the SHA-1 of 00…01 00…02 ff…ff
    assertThat(Long.toHexString(MemberIds.cluster(List.of(-1L, 2L, 1L))))
        .isEqualTo("2c5d91438b256742");
  }
}
