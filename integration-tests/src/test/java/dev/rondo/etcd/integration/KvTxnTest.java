package dev.rondo.etcd.integration;

import static dev.rondo.etcd.kv.Compare.createRevision;
import static dev.rondo.etcd.kv.Compare.exists;
import static dev.rondo.etcd.kv.Compare.missing;
import static dev.rondo.etcd.kv.Compare.value;
import static dev.rondo.etcd.kv.Compare.version;
import static dev.rondo.etcd.kv.Op.delete;
import static dev.rondo.etcd.kv.Op.get;
import static dev.rondo.etcd.kv.Op.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Code;
import dev.rondo.etcd.api.EtcdException;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.KeyValue;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.api.WriteOutcome;
import dev.rondo.etcd.kv.Compare;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.Op;
import dev.rondo.etcd.kv.Txn;
import dev.rondo.etcd.kv.TxnResult;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What transactions decide and do. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class KvTxnTest {
  private final SingleMember etcd;
  private final KvClient kv;
  private final String prefix;
  private final String a;
  private final String b;
  private final String c;

  KvTxnTest(SingleMember etcd) {
    this.etcd = etcd;
    this.kv = etcd.kv();
    this.prefix = etcd.newPrefix();
    this.a = prefix + "a";
    this.b = prefix + "b";
    this.c = prefix + "c";
  }

  private boolean holds(Compare... compares) {
    return kv.txn().when(compares).then(get(a)).commit().succeeded();
  }

  private String valueOf(String key) {
    return kv.get(key).orElseThrow().value().utf8();
  }

  @Test
  void k18_allOperationsAreDoneAtOneRevision() {
    kv.put(c, "old");
    KeyValue old = kv.get(c).orElseThrow();

    TxnResult done =
        kv.txn()
            .then(
                put(a, "1"),
                put(b, "2", options -> options.prevKv()),
                get(KeyRange.interval(a, c)),
                delete(KeyRange.key(c), options -> options.prevKv()))
            .commit();

    assertThat(done.succeeded()).isTrue();
    assertThat(done.results()).hasSize(4);
    assertThat(done.put(0).previous()).isEmpty();
    assertThat(done.get(2).kvs()).extracting(seen -> seen.value().utf8()).containsExactly("1", "2");
    assertThat(done.delete(3).previous()).containsExactly(old);
    Revision revision = done.header().revision();
    assertThat(kv.get(KeyRange.prefix(prefix)).kvs())
        .extracting(KeyValue::modRevision)
        .containsExactly(revision, revision);
  }

  @Test
  void theResultsInsideHaveTheHeaderOfTheWhole() {
    TxnResult done = kv.txn().then(put(a, "1"), get(a)).commit();

    assertThat(done.header().memberId().value()).isEqualTo(etcd.cluster().member(0).id());
    assertThat(done.put(0).header()).isEqualTo(done.header());
    assertThat(done.get(1).header()).isEqualTo(done.header());
  }

  @Test
  void k18_theOtherBranchIsDoneWhereAConditionFails() {
    kv.put(a, "1");

    TxnResult done =
        kv.txn()
            .when(value(a).isEqualTo("1"), missing(a))
            .then(put(b, "then"))
            .orElse(get(a), put(c, "else"))
            .commit();

    assertThat(done.succeeded()).isFalse();
    assertThat(done.get(0).kvs()).hasSize(1);
    assertThat(kv.get(b)).isEmpty();
    assertThat(valueOf(c)).isEqualTo("else");
    assertThatThrownBy(() -> done.put(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("result 0 of orElse must be a put, was a get");
  }

  @Test
  void everyRelationOfEverythingThatAKeyHasIsCompared() {
    LeaseId lease = etcd.leases().grant(Duration.ofMinutes(10)).id();
    Revision created = kv.put(a, "1").header().revision();
    kv.put(a, "2");
    Revision changed = kv.put(a, "m", put -> put.lease(lease)).header().revision();

    compares(Compare.version(a)::is, 2L, 3L, 4L);
    compares(Compare.createRevision(a)::is, before(created), created, created.next());
    compares(Compare.modRevision(a)::is, before(changed), changed, changed.next());
    compares(Compare.value(a)::is, Bytes.utf8("l"), Bytes.utf8("m"), Bytes.utf8("m0"));
    compares(
        Compare.lease(a)::is, LeaseId.of(lease.value() - 1), lease, LeaseId.of(lease.value() + 1));
  }

  private static Revision before(Revision revision) {
    return Revision.of(revision.value() - 1);
  }

  private <T> void compares(
      BiFunction<Compare.Relation, T, Compare> compare, T smaller, T same, T larger) {
    for (Compare.Relation relation : Compare.Relation.values()) {
      assertThat(holds(compare.apply(relation, smaller)))
          .as("%s %s", relation, smaller)
          .isEqualTo(
              relation == Compare.Relation.GREATER || relation == Compare.Relation.NOT_EQUAL);
      assertThat(holds(compare.apply(relation, same)))
          .as("%s %s", relation, same)
          .isEqualTo(relation == Compare.Relation.EQUAL);
      assertThat(holds(compare.apply(relation, larger)))
          .as("%s %s", relation, larger)
          .isEqualTo(relation == Compare.Relation.LESS || relation == Compare.Relation.NOT_EQUAL);
    }
  }

  @Test
  void aKeyThatDoesNotExistHasZerosAndNoValue() {
    assertThat(holds(missing(a))).isTrue();
    assertThat(holds(exists(a))).isFalse();
    assertThat(holds(version(a).isEqualTo(0))).isTrue();
    assertThat(holds(createRevision(a).isEqualTo(Revision.NONE))).isTrue();
    assertThat(holds(Compare.modRevision(a).isEqualTo(Revision.NONE))).isTrue();
    assertThat(holds(Compare.lease(a).isEqualTo(LeaseId.NONE))).isTrue();
    for (Compare.Relation relation : Compare.Relation.values()) {
      assertThat(holds(value(a).is(relation, Bytes.EMPTY))).as("%s", relation).isFalse();
    }
  }

  @Test
  void k18_aComparisonOverARangeHoldsForEveryKey() {
    kv.put(a, "1");
    kv.put(b, "1");
    kv.put(b, "1");
    KeyRange range = KeyRange.prefix(prefix);

    assertThat(holds(value(range).isEqualTo("1"))).isTrue();
    assertThat(holds(version(range).isGreaterThan(0))).isTrue();
    assertThat(holds(version(range).isGreaterThan(1))).isFalse();
    assertThat(holds(exists(range))).isTrue();
    assertThat(holds(missing(range))).isFalse();
  }

  @Test
  void k18_aComparisonOverNoKeysIsMadeAsForOneThatDoesNotExist() {
    KeyRange range = KeyRange.prefix(prefix);

    assertThat(holds(missing(range))).isTrue();
    assertThat(holds(exists(range))).isFalse();
    assertThat(holds(version(range).isEqualTo(0))).isTrue();
    assertThat(holds(value(range).isEqualTo(""))).isFalse();
  }

  @Test
  void comparisonsAloneAreAnswered() {
    kv.put(a, "1");

    assertThat(kv.txn().when(exists(a)).commit().succeeded()).isTrue();
    assertThat(kv.txn().when(missing(a)).commit().succeeded()).isFalse();
  }

  @Test
  void k18_aTransactionInsideAnotherTakesItsOwnBranch() {
    kv.put(a, "1");
    Txn inner = Txn.when(value(a).isEqualTo("0")).then(put(b, "then")).orElse(get(a), put(b, "2"));

    TxnResult done = kv.txn().when(exists(a)).then(Op.txn(inner), put(c, "3")).commit();

    assertThat(done.succeeded()).isTrue();
    assertThat(done.txn(0).succeeded()).isFalse();
    assertThat(done.txn(0).get(0).kvs())
        .extracting(seen -> seen.value().utf8())
        .containsExactly("1");
    assertThat(kv.get(b).orElseThrow().modRevision()).isEqualTo(done.header().revision());
    assertThat(kv.get(c).orElseThrow().modRevision()).isEqualTo(done.header().revision());
    assertThat(valueOf(b)).isEqualTo("2");
  }

  @Test
  void k18_aTransactionInsideAnotherComparesTheStoreAsItWasBefore() {
    Txn inner = Txn.when(missing(a)).then(put(b, "missing")).orElse(put(b, "there"));

    kv.txn().then(put(a, "1"), Op.txn(inner)).commit();

    assertThat(valueOf(b)).isEqualTo("missing");
  }

  @Test
  void aTransactionThatOnlyReadsMayReadThePast() {
    Revision before = kv.put(a, "1").header().revision();
    kv.put(a, "2");

    TxnResult read =
        kv.txn()
            .then(get(KeyRange.key(a), options -> options.revision(before)), get(a))
            .orElse(get(b))
            .commit();

    assertThat(read.get(0).kvs()).extracting(seen -> seen.value().utf8()).containsExactly("1");
    assertThat(read.get(1).kvs()).extracting(seen -> seen.value().utf8()).containsExactly("2");
  }

  @Test
  void k18_aKeyIsWrittenOnceAtMost() {
    EtcdException twice =
        catchThrowableOfType(
            EtcdException.class, () -> kv.txn().then(put(a, "1"), put(a, "2")).commit());
    EtcdException putAndDelete =
        catchThrowableOfType(
            EtcdException.class,
            () -> kv.txn().then(put(a, "1"), delete(KeyRange.prefix(prefix))).commit());

    assertThat(twice.code()).isEqualTo(Code.DUPLICATE_KEY);
    assertThat(twice.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(twice.attempts()).isEqualTo(1);
    assertThat(putAndDelete.code()).isEqualTo(Code.DUPLICATE_KEY);
    assertThat(kv.get(a)).isEmpty();
  }

  @Test
  void k18_aTransactionHasALargestNumberOfOperations() {
    TxnResult most = kv.txn().then(puts(128)).commit();
    EtcdException failure =
        catchThrowableOfType(EtcdException.class, () -> kv.txn().then(puts(129)).commit());

    assertThat(most.results()).hasSize(128);
    assertThat(failure.code()).isEqualTo(Code.TOO_MANY_OPS);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(kv.get(KeyRange.prefix(prefix), get -> get.countOnly()).count()).isEqualTo(128);
  }

  private Op[] puts(int count) {
    return IntStream.range(0, count).mapToObj(i -> put(prefix + i, "x")).toArray(Op[]::new);
  }

  @Test
  void k18_nothingIsDoneIfOneOperationIsRefused() {
    EtcdException failure =
        catchThrowableOfType(
            EtcdException.class,
            () ->
                kv.txn()
                    .then(put(a, "1"), put(b, "1", options -> options.lease(LeaseId.of(12345))))
                    .commit());

    assertThat(failure.code()).isEqualTo(Code.LEASE_NOT_FOUND);
    assertThat(kv.get(KeyRange.prefix(prefix)).kvs()).isEmpty();
  }

  @Test
  void anEmptyTransactionIsRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> kv.txn().commit())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a transaction must have at least one comparison or operation, was empty");
  }

  @Test
  void theTwinWithoutBlockingDoesTheSame() {
    TxnResult done = kv.async().txn().when(missing(a)).then(put(a, "1")).commit().join();

    assertThat(done.succeeded()).isTrue();
    assertThat(valueOf(a)).isEqualTo("1");
  }
}
