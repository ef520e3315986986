package dev.rondo.etcd.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.Etcd;
import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.RangeResult;
import dev.rondo.etcd.kv.SortOrder;
import dev.rondo.etcd.kv.SortTarget;
import dev.rondo.etcd.testing.EtcdCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What reads find, with every option that a read has. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class KvReadTest {
  private final SingleMember etcd;
  private final KvClient kv;
  private final String prefix;

  KvReadTest(SingleMember etcd) {
    this.etcd = etcd;
    this.kv = etcd.kv();
    this.prefix = etcd.newPrefix();
  }

  private Revision put(String name, String value) {
    return kv.put(prefix + name, value).header().revision();
  }

  private KeyRange all() {
    return KeyRange.prefix(prefix);
  }

  /** The names in an answer, in its order, without those of other tests. */
  private List<String> names(RangeResult result) {
    return result.kvs().stream()
        .map(found -> found.key().utf8())
        .filter(key -> key.startsWith(prefix))
        .map(key -> key.substring(prefix.length()))
        .toList();
  }

  @Test
  void aKeyComesWithItsHistoryInNumbers() {
    Revision created = put("a", "1");
    Revision changed = put("a", "2");

    KeyValue found = kv.get(prefix + "a").orElseThrow();

    assertThat(found)
        .isEqualTo(
            new KeyValue(
                Bytes.utf8(prefix + "a"), Bytes.utf8("2"), created, changed, 2, LeaseId.NONE));
  }

  @Test
  void thereIsNothingUnderAKeyThatWasNeverWritten() {
    assertThat(kv.get(prefix + "a")).isEmpty();
    assertThat(kv.get(all()).kvs()).isEmpty();
    assertThat(kv.get(all()).count()).isZero();
  }

  @Test
  void theHeaderTellsWhoAnsweredAndWhen() {
    Revision written = put("a", "1");

    RangeResult result = kv.get(all());

    assertThat(result.header().memberId().value()).isEqualTo(etcd.cluster().member(0).id());
    assertThat(result.header().clusterId()).isNotZero();
    assertThat(result.header().raftTerm()).isPositive();
    assertThat(result.header().revision()).isEqualTo(written);
  }

  @Test
  void k4_aRangeIsOneKeyAPrefixAnIntervalOrEverythingFromAKeyOn() {
    for (String name : List.of("a", "ab", "b", "c")) {
      put(name, name);
    }

    assertThat(names(kv.get(KeyRange.key(prefix + "a")))).containsExactly("a");
    assertThat(names(kv.get(KeyRange.prefix(prefix + "a")))).containsExactly("a", "ab");
    assertThat(names(kv.get(KeyRange.interval(prefix + "ab", prefix + "c"))))
        .containsExactly("ab", "b");
    assertThat(names(kv.get(KeyRange.from(prefix + "b")))).containsExactly("b", "c");
  }

  @Test
  void k4_allMeansEveryKeyThereIs() {
    Bytes first = Bytes.of((byte) 0);
    Bytes last = Bytes.of((byte) 0xff, (byte) 0xff);
    kv.put(first, Bytes.EMPTY);
    kv.put(last, Bytes.EMPTY);
    put("a", "1");

    RangeResult everything = kv.get(KeyRange.all());

    assertThat(everything.kvs()).extracting(KeyValue::key).startsWith(first).endsWith(last);
    assertThat(names(everything)).containsExactly("a");
    assertThat(kv.get(KeyRange.prefix("")).kvs()).isEqualTo(everything.kvs());
  }

  @Test
  void k4_aPrefixMayEndInTheLargestByte() {
    Bytes start = Bytes.utf8(prefix).append(Bytes.of((byte) 0xff));
    Bytes inside = start.append(Bytes.of((byte) 0xff, (byte) 1));
    Bytes outside = Bytes.utf8(prefix).append(Bytes.of((byte) 0xfe));
    kv.put(start, Bytes.EMPTY);
    kv.put(inside, Bytes.EMPTY);
    kv.put(outside, Bytes.EMPTY);

    RangeResult found = kv.get(KeyRange.prefix(start));

    assertThat(found.kvs()).extracting(KeyValue::key).containsExactly(start, inside);
  }

  @Test
  void k4_aLimitCutsTheAnswerAndNotTheCount() {
    for (String name : List.of("a", "b", "c")) {
      put(name, name);
    }

    RangeResult cut = kv.get(all(), get -> get.limit(2));
    RangeResult whole = kv.get(all(), get -> get.limit(3));

    assertThat(names(cut)).containsExactly("a", "b");
    assertThat(cut.more()).isTrue();
    assertThat(cut.count()).isEqualTo(3);
    assertThat(names(whole)).containsExactly("a", "b", "c");
    assertThat(whole.more()).isFalse();
  }

  @Test
  void k4_aRevisionIsReadAsItWas() {
    put("a", "1");
    Revision before = put("b", "1");
    put("a", "2");
    kv.delete(prefix + "b");
    put("c", "1");

    RangeResult then = kv.get(all(), get -> get.revision(before));

    assertThat(names(then)).containsExactly("a", "b");
    assertThat(then.kvs().get(0).value()).isEqualTo(Bytes.utf8("1"));
    assertThat(names(kv.get(all()))).containsExactly("a", "c");
  }

  /** Three keys that stand in another order by each of the targets. */
  @ParameterizedTest
  @CsvSource({"KEY, abc", "CREATE, bca", "MOD, cab", "VERSION, cba", "VALUE, acb"})
  void k4_anAnswerIsSortedByAnyTargetInEitherOrder(SortTarget target, String order) {
    put("b", "x");
    put("c", "2");
    put("a", "x");
    put("a", "x");
    put("a", "1");
    put("b", "3");
    List<String> ascending = List.of(order.split(""));
    List<String> descending = new ArrayList<>(ascending);
    Collections.reverse(descending);

    RangeResult smallestFirst = kv.get(all(), get -> get.sort(target, SortOrder.ASCEND));
    RangeResult largestFirst = kv.get(all(), get -> get.sort(target, SortOrder.DESCEND));
    RangeResult largest = kv.get(all(), get -> get.sort(target, SortOrder.DESCEND).limit(1));

    assertThat(names(smallestFirst)).isEqualTo(ascending);
    assertThat(names(largestFirst)).isEqualTo(descending);
    assertThat(names(largest)).isEqualTo(descending.subList(0, 1));
  }

  @Test
  void k4_keysOnlyLeavesOutTheValues() {
    Revision written = put("a", "1");

    KeyValue found = kv.get(all(), get -> get.keysOnly()).kvs().get(0);

    assertThat(found.key()).isEqualTo(Bytes.utf8(prefix + "a"));
    assertThat(found.value()).isEqualTo(Bytes.EMPTY);
    assertThat(found.modRevision()).isEqualTo(written);
  }

  @Test
  void k4_countOnlyLeavesOutTheKeys() {
    put("a", "1");
    put("b", "1");

    RangeResult counted = kv.get(all(), get -> get.countOnly());

    assertThat(counted.count()).isEqualTo(2);
    assertThat(counted.kvs()).isEmpty();
  }

  @Test
  void k8_countOnlyWinsOverKeysOnly() {
    put("a", "1");

    RangeResult counted = kv.get(all(), get -> get.keysOnly().countOnly());

    assertThat(counted.count()).isEqualTo(1);
    assertThat(counted.kvs()).isEmpty();
  }

  @Test
  void k4_boundsOfRevisionsLeaveOutKeysAndNotTheirCount() {
    Revision first = put("a", "1");
    Revision second = put("b", "1");
    Revision third = put("c", "1");
    Revision fourth = put("a", "2");

    RangeResult changedSince = kv.get(all(), get -> get.minModRevision(third));

    assertThat(names(changedSince)).containsExactly("a", "c");
    assertThat(changedSince.count()).isEqualTo(3);
    assertThat(names(kv.get(all(), get -> get.maxModRevision(third)))).containsExactly("b", "c");
    assertThat(names(kv.get(all(), get -> get.minModRevision(third).maxModRevision(third))))
        .containsExactly("c");
    assertThat(names(kv.get(all(), get -> get.minCreateRevision(second))))
        .containsExactly("b", "c");
    assertThat(names(kv.get(all(), get -> get.maxCreateRevision(second))))
        .containsExactly("a", "b");
    assertThat(names(kv.get(all(), get -> get.minModRevision(fourth).maxCreateRevision(first))))
        .containsExactly("a");
  }

  @Test
  void aSerializableReadNeedsNoQuorum() {
    try (EtcdCluster cluster = etcd.backend().cluster().members(2).start();
        Etcd client = Etcd.builder().endpoints(cluster.member(0).endpoint()).build()) {
      KvClient pair = client.kv();
      pair.put("a", "1");
      cluster.member(1).kill();

      RangeResult local = pair.get(KeyRange.key("a"), get -> get.serializable());
      EtcdException failure =
          catchThrowableOfType(
              EtcdException.class,
              () -> pair.with(call -> call.timeout(Duration.ofSeconds(2))).get("a"));

      assertThat(local.kvs()).extracting(KeyValue::value).containsExactly(Bytes.utf8("1"));
      assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
      assertThat(failure).hasMessageStartingWith("get: ");
    }
  }

  @Test
  void k15_anAnswerMayBeLargerThanAnyRequest() {
    Bytes mebibyte = Bytes.of(new byte[1 << 20]);
    for (int i = 0; i < 6; i++) {
      kv.put(Bytes.utf8(prefix + i), mebibyte);
    }

    RangeResult large = kv.get(all());

    assertThat(large.kvs()).hasSize(6).allSatisfy(kv -> assertThat(kv.value()).isEqualTo(mebibyte));
  }

  @Test
  void k15_anAnswerLargerThanTheClientTakesIsRefused() {
    try (Etcd small =
        Etcd.builder().endpoints(etcd.cluster().endpoints()).maxAnswerBytes(1000).build()) {
      put("a", "x".repeat(2000));

      EtcdException failure =
          catchThrowableOfType(EtcdException.class, () -> small.kv().get(prefix + "a"));

      assertThat(failure.code()).isEqualTo(Code.ANSWER_TOO_LARGE);
      assertThat(failure.attempts()).isEqualTo(1);
    }
  }

  @Test
  void theTwinWithoutBlockingFindsTheSame() {
    put("a", "1");
    put("b", "2");

    assertThat(kv.async().get(prefix + "a").join()).isEqualTo(kv.get(prefix + "a"));
    assertThat(kv.async().get(all(), get -> get.limit(1)).join().kvs())
        .isEqualTo(kv.get(all(), get -> get.limit(1)).kvs());
  }
}
