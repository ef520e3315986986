package dev.rondo.etcd.integration;

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
import dev.rondo.etcd.kv.ConditionalPutResult;
import dev.rondo.etcd.kv.DeleteResult;
import dev.rondo.etcd.kv.KvClient;
import dev.rondo.etcd.kv.PutResult;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What puts and deletes do, with every option that they have. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.rondo.etcd.integration.SingleMember#ofEach")
class KvWriteTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final SingleMember etcd;
  private final KvClient kv;
  private final String key;

  KvWriteTest(SingleMember etcd) {
    this.etcd = etcd;
    this.kv = etcd.kv();
    this.key = etcd.newPrefix() + "a";
  }

  private KeyValue found() {
    return kv.get(key).orElseThrow();
  }

  @Test
  void aPutIsMadeAtTheRevisionThatItReturns() {
    PutResult first = kv.put(key, "1");
    PutResult second = kv.put(key, "2");

    assertThat(second.header().revision()).isEqualTo(first.header().revision().next());
    assertThat(found().modRevision()).isEqualTo(second.header().revision());
  }

  @Test
  void prevKvReturnsTheKeyAsItWas() {
    PutResult first = kv.put(key, "1", put -> put.prevKv());
    KeyValue before = found();

    PutResult second = kv.put(key, "2", put -> put.prevKv());
    PutResult third = kv.put(key, "3");

    assertThat(first.previous()).isEmpty();
    assertThat(second.previous()).contains(before);
    assertThat(third.previous()).isEmpty();
  }

  @Test
  void k2_aKeyGoesWithItsLease() {
    LeaseId lease = etcd.leases().grant(LONG).id();
    kv.put(key, "1", put -> put.lease(lease));
    assertThat(found().lease()).isEqualTo(lease);

    etcd.leases().revoke(lease);

    assertThat(kv.get(key)).isEmpty();
  }

  @Test
  void k2_aPutWithoutLeaseDetachesTheKey() {
    LeaseId lease = etcd.leases().grant(LONG).id();
    kv.put(key, "1", put -> put.lease(lease));

    kv.put(key, "2");
    etcd.leases().revoke(lease);

    assertThat(found().value()).isEqualTo(Bytes.utf8("2"));
    assertThat(found().lease()).isEqualTo(LeaseId.NONE);
  }

  @Test
  void k2_ignoreValueChangesTheLeaseAlone() {
    LeaseId lease = etcd.leases().grant(LONG).id();
    kv.put(key, "1");

    kv.put(key, "", put -> put.ignoreValue().lease(lease));

    assertThat(found().value()).isEqualTo(Bytes.utf8("1"));
    assertThat(found().lease()).isEqualTo(lease);
    assertThat(found().version()).isEqualTo(2);
  }

  @Test
  void k2_ignoreLeaseChangesTheValueAlone() {
    LeaseId lease = etcd.leases().grant(LONG).id();
    kv.put(key, "1", put -> put.lease(lease));

    kv.put(key, "2", put -> put.ignoreLease());

    assertThat(found().value()).isEqualTo(Bytes.utf8("2"));
    assertThat(found().lease()).isEqualTo(lease);
  }

  @Test
  void k2_thereIsNothingToKeepOfAKeyThatDoesNotExist() {
    EtcdException noValue =
        catchThrowableOfType(EtcdException.class, () -> kv.put(key, "", put -> put.ignoreValue()));
    EtcdException noLease =
        catchThrowableOfType(EtcdException.class, () -> kv.put(key, "1", put -> put.ignoreLease()));

    assertThat(List.of(noValue, noLease))
        .allSatisfy(
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.KEY_NOT_FOUND);
              assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
            });
    assertThat(kv.get(key)).isEmpty();
  }

  @Test
  void k1_aLeaseThatDoesNotExistIsRefused() {
    EtcdException failure =
        catchThrowableOfType(
            EtcdException.class, () -> kv.put(key, "1", put -> put.lease(LeaseId.of(12345))));

    assertThat(failure.code()).isEqualTo(Code.LEASE_NOT_FOUND);
    assertThat(failure.outcome()).isEqualTo(WriteOutcome.NOT_APPLIED);
    assertThat(failure)
        .hasMessage(
            "put: etcdserver: requested lease not found [endpoint "
                + etcd.cluster().endpoints().get(0)
                + ", attempts 1]");
    assertThat(kv.get(key)).isEmpty();
  }

  @Test
  void k1_anEmptyKeyIsRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> kv.put("", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key must have at least one byte, was empty");
  }

  @Test
  void aDeleteTellsHowManyKeysWent() {
    kv.put(key, "1");

    DeleteResult first = kv.delete(key);
    DeleteResult second = kv.delete(key);

    assertThat(first.deleted()).isEqualTo(1);
    assertThat(first.previous()).isEmpty();
    assertThat(second.deleted()).isZero();
    assertThat(second.header().revision()).isEqualTo(first.header().revision());
    assertThat(kv.get(key)).isEmpty();
  }

  @Test
  void aRangeIsDeletedAtOnceAndReturnedOnRequest() {
    kv.put(key + "1", "x");
    kv.put(key + "2", "y");
    kv.put(key + "3", "z");
    List<KeyValue> before = kv.get(KeyRange.interval(key + "1", key + "3")).kvs();

    DeleteResult deleted = kv.delete(KeyRange.interval(key + "1", key + "3"), d -> d.prevKv());

    assertThat(deleted.deleted()).isEqualTo(2);
    assertThat(deleted.previous()).isEqualTo(before);
    assertThat(kv.get(KeyRange.prefix(key)).kvs())
        .extracting(left -> left.key().utf8())
        .containsExactly(key + "3");
  }

  @Test
  void aKeyThatIsMadeAgainBeginsAgain() {
    kv.put(key, "1");
    kv.put(key, "2");
    kv.delete(key);

    PutResult again = kv.put(key, "3");

    assertThat(found().version()).isEqualTo(1);
    assertThat(found().createRevision()).isEqualTo(again.header().revision());
  }

  static Stream<Arguments> anyBytes() {
    byte[] allValues = new byte[256];
    for (int i = 0; i < allValues.length; i++) {
      allValues[i] = (byte) i;
    }
    byte[] random = new byte[1 << 20];
    new Random(1).nextBytes(random);
    return Stream.of(
        Arguments.of("no bytes", new byte[0]),
        Arguments.of("a zero", new byte[] {0}),
        Arguments.of("zeros around", new byte[] {0, 1, 0}),
        Arguments.of("no UTF-8", new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff, (byte) 0xfe}),
        Arguments.of("all values", allValues),
        Arguments.of("a mebibyte", random));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("anyBytes")
  void aValueMayBeAnyBytes(String name, byte[] bytes) {
    kv.put(Bytes.utf8(key), Bytes.of(bytes));

    assertThat(found().value().toByteArray()).isEqualTo(bytes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("anyBytes")
  void aKeyMayBeAnyBytes(String name, byte[] bytes) {
    Bytes any = Bytes.of(bytes).append(Bytes.utf8(key));

    kv.put(any, Bytes.utf8(name));

    assertThat(kv.get(any).orElseThrow().key()).isEqualTo(any);
    assertThat(kv.get(any).orElseThrow().value()).isEqualTo(Bytes.utf8(name));
    assertThat(kv.delete(any).deleted()).isEqualTo(1);
  }

  @Test
  void putIfAbsentWritesOnce() {
    LeaseId lease = etcd.leases().grant(LONG).id();

    ConditionalPutResult first = kv.putIfAbsent(key, "1", lease);
    ConditionalPutResult second = kv.putIfAbsent(key, "2");

    assertThat(first.succeeded()).isTrue();
    assertThat(first.existing()).isEmpty();
    assertThat(found().modRevision()).isEqualTo(first.header().revision());
    assertThat(found().lease()).isEqualTo(lease);
    assertThat(second.succeeded()).isFalse();
    assertThat(second.existing()).contains(found());
    assertThat(found().value()).isEqualTo(Bytes.utf8("1"));
  }

  @Test
  void ofTwoThatPutIfAbsentOneWinsAndTheOtherSeesIt() {
    for (int round = 0; round < 50; round++) {
      String contested = key + round;

      CompletableFuture<ConditionalPutResult> one = kv.async().putIfAbsent(contested, "one");
      CompletableFuture<ConditionalPutResult> two = kv.async().putIfAbsent(contested, "two");

      assertThat(one.join().succeeded()).isNotEqualTo(two.join().succeeded());
      ConditionalPutResult loser = one.join().succeeded() ? two.join() : one.join();
      String winner = one.join().succeeded() ? "one" : "two";
      assertThat(loser.existing().orElseThrow().value()).isEqualTo(Bytes.utf8(winner));
    }
  }

  @Test
  void compareAndSetWritesOverTheExpectedValueAlone() {
    LeaseId lease = etcd.leases().grant(LONG).id();
    kv.put(key, "1", put -> put.lease(lease));

    ConditionalPutResult wrong = kv.compareAndSet(key, "0", "2");
    KeyValue seen = found();
    ConditionalPutResult right = kv.compareAndSet(key, "1", "2");

    assertThat(wrong.succeeded()).isFalse();
    assertThat(wrong.existing()).contains(seen);
    assertThat(right.succeeded()).isTrue();
    assertThat(found().value()).isEqualTo(Bytes.utf8("2"));
    assertThat(found().lease()).isEqualTo(lease);
  }

  @Test
  void compareAndSetWritesOverTheExpectedRevisionAlone() {
    Revision first = kv.put(key, "1").header().revision();
    Revision second = kv.put(key, "1").header().revision();

    ConditionalPutResult wrong = kv.compareAndSet(key, first, "2");
    ConditionalPutResult right = kv.compareAndSet(key, second, "3");

    assertThat(wrong.succeeded()).isFalse();
    assertThat(wrong.existing().orElseThrow().modRevision()).isEqualTo(second);
    assertThat(right.succeeded()).isTrue();
    assertThat(found().value()).isEqualTo(Bytes.utf8("3"));
  }

  @Test
  void compareAndSetKnowsKeysThatDoNotExist() {
    ConditionalPutResult anyValue = kv.compareAndSet(key, "", "1");
    ConditionalPutResult someRevision = kv.compareAndSet(key, Revision.of(1), "1");
    ConditionalPutResult none = kv.compareAndSet(key, Revision.NONE, "1");

    assertThat(anyValue.succeeded()).isFalse();
    assertThat(anyValue.existing()).isEmpty();
    assertThat(someRevision.succeeded()).isFalse();
    assertThat(none.succeeded()).isTrue();
    assertThat(found().value()).isEqualTo(Bytes.utf8("1"));
  }

  @Test
  void twoThatCountByCompareAndSetLoseNothing() {
    kv.put(key, "0");

    CompletableFuture<Void> one = CompletableFuture.runAsync(() -> count(50));
    CompletableFuture<Void> two = CompletableFuture.runAsync(() -> count(50));
    CompletableFuture.allOf(one, two).join();

    assertThat(found().value()).isEqualTo(Bytes.utf8("100"));
    assertThat(found().version()).isEqualTo(101);
  }

  private void count(int times) {
    KeyValue seen = found();
    for (int done = 0; done < times; ) {
      int number = Integer.parseInt(seen.value().utf8());
      ConditionalPutResult set =
          kv.compareAndSet(key, seen.modRevision(), Integer.toString(number + 1));
      done += set.succeeded() ? 1 : 0;
      seen = set.existing().orElseGet(this::found);
    }
  }
}
