package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.testing.EtcdCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where history ends, and how large things may be. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class KvLimitsTest {
  private static final int MEBIBYTE = 1 << 20;

  private final SingleMember etcd;
  private final KvClient kv;
  private final String key;

  KvLimitsTest(SingleMember etcd) {
    this.etcd = etcd;
    this.kv = etcd.kv();
    this.key = etcd.newPrefix() + "a";
  }

  private EtcdException failureOfReading(Revision revision) {
    return catchThrowableOfType(
        EtcdException.class, () -> kv.get(KeyRange.key(key), get -> get.revision(revision)));
  }

  @Test
  void k6_compactingForgetsWhatCameBefore() {
    Revision first = kv.put(key, "1").header().revision();
    Revision second = kv.put(key, "2").header().revision();
    kv.put(key, "3");

    kv.compact(second);

    assertThat(failureOfReading(first).code()).isEqualTo(Code.COMPACTED);
    assertThat(kv.get(KeyRange.key(key), get -> get.revision(second)).kvs())
        .extracting(then -> then.value().utf8())
        .containsExactly("2");
    assertThat(kv.get(key).orElseThrow().value()).isEqualTo(Bytes.utf8("3"));
    assertThatThrownBy(() -> kv.scan(KeyRange.key(key), scan -> scan.revision(first)))
        .isInstanceOfSatisfying(
            EtcdException.class, failure -> assertThat(failure.code()).isEqualTo(Code.COMPACTED));
  }

  @Test
  void k6_compactingTwiceIsRefused() {
    Revision revision = kv.put(key, "1").header().revision();
    kv.compact(revision, compact -> compact.physical());

    EtcdException failure = catchThrowableOfType(EtcdException.class, () -> kv.compact(revision));

    assertThat(failure.code()).isEqualTo(Code.COMPACTED);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure.attempts()).isEqualTo(1);
  }

  @Test
  void k6_theFutureIsNeitherReadNorCompacted() {
    Revision future = Revision.of(kv.put(key, "1").header().revision().value() + 1000);

    EtcdException compacting = catchThrowableOfType(EtcdException.class, () -> kv.compact(future));

    assertThat(failureOfReading(future).code()).isEqualTo(Code.FUTURE_REVISION);
    assertThat(compacting.code()).isEqualTo(Code.FUTURE_REVISION);
    assertThat(compacting.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
  }

  @Test
  void k6_noRevisionCannotBeCompacted() {
    assertThatThrownBy(() -> kv.compact(Revision.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("revision must be at least 1, was 0");
  }

  /** Etcd takes requests of 1.5 MiB, and its gRPC takes half a MiB more to refuse them by name. */
  @ParameterizedTest
  @ValueSource(ints = {MEBIBYTE * 3 / 2 + 1, MEBIBYTE * 3, MEBIBYTE * 20})
  void k1_k15_aRequestThatIsTooLargeIsRefused(int size) {
    EtcdException failure =
        catchThrowableOfType(
            EtcdException.class, () -> kv.put(Bytes.utf8(key), Bytes.of(new byte[size])));

    assertThat(failure.code()).isEqualTo(Code.REQUEST_TOO_LARGE);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(kv.get(key)).isEmpty();
  }

  @Test
  void k1_aFullStoreIsReadAndDeletedFromAndNotWrittenTo() {
    try (EtcdCluster cluster = etcd.backend().cluster().quota(4 * MEBIBYTE).start();
        Etcd client = Etcd.builder().endpoints(cluster.endpoints()).build()) {
      KvClient full = client.kv();
      Bytes mebibyte = Bytes.of(new byte[MEBIBYTE]);

      EtcdException failure =
          catchThrowableOfType(
              EtcdException.class,
              () -> {
                for (int i = 0; i < 200; i++) {
                  full.put(Bytes.utf8("large/" + i), mebibyte);
                }
              });

      assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
      assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThatThrownBy(() -> full.put("small", "x"))
          .isInstanceOfSatisfying(
              EtcdException.class, again -> assertThat(again.code()).isEqualTo(Code.NO_SPACE));
      long written = full.get(KeyRange.prefix("large/")).count();
      assertThat(written).isPositive();
      assertThat(full.delete(KeyRange.prefix("large/")).deleted()).isEqualTo(written);
    }
  }
}
