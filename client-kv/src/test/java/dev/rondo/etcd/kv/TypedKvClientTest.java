package dev.rondo.etcd.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rondo.etcd.api.Bytes;
import dev.rondo.etcd.api.Codec;
import dev.rondo.etcd.api.KeyRange;
import dev.rondo.etcd.api.LeaseId;
import dev.rondo.etcd.api.Revision;
import dev.rondo.etcd.balancer.internal.Namespace;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class TypedKvClientTest {
  private static final String SECRET = "not a number";

  private final KvClient bytes =
      new GrpcKvClient(new FakeCalls(new FakeKv()), Namespace.ROOT).namespace("stock/");
  private final TypedKvClient<String, Long> kv = bytes.as(Codec.utf8(), Codec.int64());
  private final AsyncTypedKvClient<String, Long> async = kv.async();

  private static TypedKeyValue<String, Long> entry(
      String key, long value, long created, long changed, long version) {
    return new TypedKeyValue<>(
        key, value, Revision.of(created), Revision.of(changed), version, LeaseId.NONE);
  }

  private static DecodingException failure(CompletableFuture<?> future) {
    return (DecodingException)
        catchThrowableOfType(CompletionException.class, future::join).getCause();
  }

  @Test
  void writesAndReads() {
    kv.put("apples", 12L);
    async.put("pears", 3L).join();

    assertThat(bytes.get("apples").orElseThrow().value().utf8()).isEqualTo("12");
    assertThat(kv.get("apples")).contains(entry("apples", 12, 2, 2, 1));
    assertThat(kv.get("plums")).isEmpty();
    assertThat(async.get("pears").join()).contains(entry("pears", 3, 3, 3, 1));
    assertThat(async.get("plums").join()).isEmpty();
  }

  @Test
  void readsRanges() {
    kv.put("apples", 12L);
    kv.put("pears", 3L);

    var all = kv.get(KeyRange.all());
    var one = kv.get(KeyRange.all(), get -> get.limit(1));

    assertThat(all.kvs()).containsExactly(entry("apples", 12, 2, 2, 1), entry("pears", 3, 3, 3, 1));
    assertThat(all.count()).isEqualTo(2);
    assertThat(all.header().revision()).isEqualTo(Revision.of(3));
    assertThat(one.kvs()).hasSize(1);
    assertThat(one.more()).isTrue();
    assertThat(async.get(KeyRange.all()).join()).isEqualTo(all);
    assertThat(async.get(KeyRange.all(), get -> get.limit(1)).join()).isEqualTo(one);
    assertThat(kv.get(KeyRange.all(), GetOptions.Builder::countOnly).count()).isEqualTo(2);
    assertThat(kv.get(kv.range("pears")).kvs()).hasSize(1);
    assertThat(async.get(async.range("pears")).join().kvs()).hasSize(1);
  }

  @Test
  void tellsWhatWasBefore() {
    var lease = LeaseId.of(7);
    kv.put("apples", 1L, put -> put.lease(lease));

    var put = kv.put("apples", 2L, PutOptions.Builder::prevKv);
    var putAgain = async.put("apples", 3L, PutOptions.Builder::prevKv).join();
    var deleted = kv.delete(KeyRange.all(), DeleteOptions.Builder::prevKv);

    assertThat(put.previous().orElseThrow().value()).isEqualTo(1);
    assertThat(put.previous().orElseThrow().lease()).isEqualTo(lease);
    assertThat(put.header().revision()).isEqualTo(Revision.of(3));
    assertThat(putAgain.previous()).contains(entry("apples", 2, 2, 3, 2));
    assertThat(deleted.previous()).containsExactly(entry("apples", 3, 2, 4, 3));
    assertThat(deleted.deleted()).isEqualTo(1);
    assertThat(kv.put("apples", 4L).previous()).isEmpty();
    assertThat(async.delete("apples").join().deleted()).isEqualTo(1);
    assertThat(kv.delete("apples").deleted()).isZero();
    assertThat(async.delete(KeyRange.all(), DeleteOptions.Builder::prevKv).join().previous())
        .isEmpty();
  }

  @Test
  void writesOnConditions() {
    assertThat(kv.putIfAbsent("apples", 1L).succeeded()).isTrue();
    assertThat(async.putIfAbsent("apples", 2L).join().existing())
        .contains(entry("apples", 1, 2, 2, 1));
    assertThat(kv.putIfAbsent("pears", 1L, LeaseId.of(7)).succeeded()).isTrue();
    assertThat(kv.get("pears").orElseThrow().lease()).isEqualTo(LeaseId.of(7));

    assertThat(kv.compareAndSet("apples", 1L, 5L).succeeded()).isTrue();
    assertThat(async.compareAndSet("apples", 1L, 6L).join().existing())
        .contains(entry("apples", 5, 2, 4, 2));
    assertThat(kv.compareAndSet("apples", Revision.of(4), 7L).succeeded()).isTrue();
    assertThat(async.compareAndSet("apples", Revision.of(4), 8L).join().succeeded()).isFalse();
    assertThat(kv.get("apples").orElseThrow().value()).isEqualTo(7);
  }

  @Test
  void scans() {
    List.of("a", "b", "c", "d", "e").forEach(key -> kv.put(key, (long) key.charAt(0)));

    var scan = kv.scan(KeyRange.all(), options -> options.pageSize(2));
    var page = async.scan(KeyRange.all(), options -> options.pageSize(2)).join();
    List<Long> handed = new ArrayList<>();

    assertThat(scan).extracting(TypedKeyValue::value).containsExactly(97L, 98L, 99L, 100L, 101L);
    assertThat(scan.stream().map(TypedKeyValue::key)).containsExactly("a", "b", "c", "d", "e");
    assertThat(scan.revision()).isEqualTo(Revision.of(6));
    assertThat(page.kvs()).extracting(TypedKeyValue::key).containsExactly("a", "b");
    assertThat(page.next().join().kvs()).extracting(TypedKeyValue::key).containsExactly("c", "d");
    assertThat(page.isLast()).isFalse();
    assertThat(page.revision()).isEqualTo(Revision.of(6));
    assertThat(page.forEachRemaining(entry -> handed.add(entry.value()))).isCompleted();
    assertThat(handed).containsExactly(97L, 98L, 99L, 100L, 101L);
  }

  @Test
  void failsOnAValueThatCannotBeDecodedWithoutTellingIt() {
    bytes.put("apples", SECRET);

    var failure = catchThrowableOfType(DecodingException.class, () -> kv.get("apples"));

    assertThat(failure)
        .hasMessage(
            "the value of a key of 6 bytes, changed last at revision 2, cannot be decoded: "
                + "its codec threw java.lang.NumberFormatException")
        .hasNoCause();
    assertThat(failure.part()).isEqualTo(DecodingException.Part.VALUE);
    assertThat(failure.key()).isEqualTo(Bytes.utf8("apples"));
    assertThat(failure.modRevision()).isEqualTo(Revision.of(2));
    assertThat(failure.thrown()).hasMessageContaining(SECRET);
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).doesNotContain(SECRET).doesNotContain("apples");
  }

  @Test
  void failsHoweverAValueIsMet() {
    bytes.put("apples", SECRET);
    bytes.put("pears", "1");

    assertThatThrownBy(() -> kv.get(KeyRange.all())).isInstanceOf(DecodingException.class);
    assertThatThrownBy(() -> kv.putIfAbsent("apples", 1L)).isInstanceOf(DecodingException.class);
    assertThat(failure(async.get("apples")).key()).isEqualTo(Bytes.utf8("apples"));
    assertThat(failure(async.get(KeyRange.all())).key()).isEqualTo(Bytes.utf8("apples"));
    assertThat(failure(async.compareAndSet("apples", 1L, 2L)).modRevision())
        .isEqualTo(Revision.of(2));
    assertThat(failure(async.put("apples", 1L, PutOptions.Builder::prevKv)).modRevision())
        .isEqualTo(Revision.of(2));
    assertThat(kv.get("apples").orElseThrow().value()).as("written all the same").isEqualTo(1);
  }

  @Test
  void failsOnAKeyThatCannotBeDecoded() {
    bytes.put("one", "1");

    var failure =
        catchThrowableOfType(
            DecodingException.class,
            () -> bytes.as(Codec.int64(), Codec.utf8()).get(KeyRange.all()));

    assertThat(failure)
        .hasMessageStartingWith("a key of 3 bytes, changed last at revision 2, cannot be decoded");
    assertThat(failure.part()).isEqualTo(DecodingException.Part.KEY);
  }

  @Test
  void aScanPassesOverWhatCannotBeDecoded() {
    bytes.put("a", "1");
    bytes.put("b", SECRET);
    bytes.put("c", "3");

    Iterator<TypedKeyValue<String, Long>> entries =
        kv.scan(KeyRange.all(), scan -> scan.pageSize(1)).iterator();
    var second = async.scan(KeyRange.all(), scan -> scan.pageSize(1)).join().next().join();

    assertThat(entries.next().value()).isEqualTo(1);
    assertThatThrownBy(entries::next).isInstanceOf(DecodingException.class);
    assertThat(entries.next().value()).isEqualTo(3);
    assertThat(entries.hasNext()).isFalse();
    assertThatThrownBy(second::kvs).isInstanceOf(DecodingException.class);
    assertThat(failure(second.forEachRemaining(entry -> {})).key()).isEqualTo(Bytes.utf8("b"));
    assertThat(second.next().join().kvs()).hasSize(1);
  }

  /** A codec that breaks its promises. */
  private record Broken(Optional<RuntimeException> thrown) implements Codec<Long> {
    @Override
    public Bytes encode(Long value) {
      throw thrown.orElseThrow();
    }

    @Override
    @SuppressWarnings("NullAway") // as users might whose compiler does not look
    public Long decode(Bytes bytes) {
      if (thrown.isPresent()) {
        throw thrown.get();
      }
      return null;
    }
  }

  @Test
  void takesWhateverACodecDoes() {
    bytes.put("k", "v");
    var thrown = new IllegalStateException("broken");
    var throwing = bytes.as(Codec.utf8(), new Broken(Optional.of(thrown)));
    var empty = bytes.as(Codec.utf8(), new Broken(Optional.empty()));

    assertThat(catchThrowableOfType(DecodingException.class, () -> throwing.get("k")).thrown())
        .isSameAs(thrown);
    assertThat(catchThrowableOfType(DecodingException.class, () -> empty.get("k")).thrown())
        .hasMessage("the codec returned null");
    assertThatThrownBy(() -> throwing.put("k", 1L)).isSameAs(thrown);
    assertThatThrownBy(() -> throwing.async().put("k", 1L)).isSameAs(thrown);
  }

  @Test
  void refusesToReadKeysWithoutTheirValues() {
    assertThatThrownBy(() -> kv.get(KeyRange.all(), GetOptions.Builder::keysOnly))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a typed view must read keys with their values, was asked for keysOnly");
    assertThatThrownBy(() -> kv.scan(KeyRange.all(), ScanOptions.Builder::keysOnly))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> async.get(KeyRange.all(), GetOptions.Builder::keysOnly))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> async.scan(KeyRange.all(), ScanOptions.Builder::keysOnly))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kv.get("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsNeitherKeysNorValues() {
    var entry = entry("apples", 12, 2, 3, 1);

    assertThat(entry)
        .hasToString("TypedKeyValue[createRevision=2, modRevision=3, version=1, lease=0]");
    assertThat(new TypedWatchEvent.Delete<>("apples", Revision.of(4), Optional.of(entry)))
        .hasToString("Delete[revision=4, prevKv=Optional[" + entry + "]]");
    assertThat(kv.put("apples", 12L).toString() + kv.get(KeyRange.all()))
        .doesNotContain("apples")
        .doesNotContain("12");
  }
}
